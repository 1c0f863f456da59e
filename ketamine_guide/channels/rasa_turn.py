"""A turn of the conversation with Rasa, as every channel of ours takes it."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered

from ketamine_guide.channels.incoming import Message


class Collector(OutputChannel):  # type: ignore[misc]
    """Collects what Rasa says in a turn.

    Args:
        channel: the channel whose form of the responses is chosen.
    """

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.messages: list[dict[str, Any]] = []

    def name(self) -> str:
        """The channel's name."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Takes a message whole, with what stands beside its words."""
        self.messages.append(message)


def ready(agent: Any) -> bool:
    """Whether Rasa can answer."""
    return agent is not None and bool(agent.is_ready())


async def take(agent: Any, channel: str, sender: str, message: Message, *, maybe_again: bool) -> list[dict[str, Any]]:
    """What Rasa says to a message.

    Args:
        agent: Rasa's agent.
        channel: the channel's name.
        sender: the conversation.
        message: what the patient sent.
        maybe_again: whether the turn may have been taken by a process that died before it could keep the replies; then
            what was said is said again.
    """
    if maybe_again and (said := await _said_before(agent, sender, message.id)) is not None:
        return said
    output = Collector(channel)
    given = UserMessage(message.said, output, sender, input_channel=channel, message_id=message.id)
    await agent.handle_message(given)
    return output.messages


async def intent_of(agent: Any, sender: str, id: str) -> tuple[str, float]:
    """The intent that Rasa found in a message and its probability; an empty one when Rasa never got it.

    Not for every message: the conversation's next turn then has to read it back from the database.

    Args:
        agent: Rasa's agent.
        sender: the conversation.
        id: the number of the message.
    """
    tracker = await agent.tracker_store.retrieve(sender)
    for event in reversed(tracker.events if tracker else ()):
        if isinstance(event, UserUttered) and event.message_id == id:
            return str(event.intent_name), float(event.intent.get("confidence") or 0.0)
    return "", 0.0


async def _said_before(agent: Any, sender: str, id: str) -> list[dict[str, Any]] | None:
    """What Rasa said to a message, or None when it never got it."""
    tracker = await agent.tracker_store.retrieve_full_tracker(sender)
    said: list[dict[str, Any]] | None = None
    for event in tracker.events if tracker else ():
        if isinstance(event, UserUttered):
            if said is not None:
                return said
            said = [] if event.message_id == id else None
        elif isinstance(event, BotUttered) and said is not None:
            said.append(event.message())
    return said
