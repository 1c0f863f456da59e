"""Reading a message: Rasa does it in the server's own thread, and all other conversations wait for it.

Half of the time goes into the sentence encoder, which lets other threads work meanwhile: two messages are read at
once on two processors, and the server takes requests and sends replies beside them. A conversation's turns stay in
order: Rasa holds its lock until the turn is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.trackers import DialogueStateTracker

Parsed = dict[str, Any]


def apply() -> None:
    """Lets messages be read in threads of their own, in this process."""
    MessageProcessor.parse_message = _parse_message


_rasas_parse_message = MessageProcessor.parse_message


async def _parse_message(
    self: MessageProcessor,
    message: UserMessage,
    tracker: DialogueStateTracker | None = None,
    only_output_properties: bool = True,
) -> Parsed:
    """Rasa's own, in a thread. Raises what a component raises."""
    reading = _rasas_parse_message(self, message, tracker, only_output_properties)
    # A pipeline on another server is waited for; ours is not, and the whole of it is done at the first step.
    parsed: Parsed = await (reading if self.http_interpreter else asyncio.to_thread(_done, reading))
    return parsed


def _done(reading: Coroutine[Any, Any, Parsed]) -> Parsed:
    try:
        reading.send(None)
    except StopIteration as end:
        parsed: Parsed = end.value
        return parsed
    raise RuntimeError("Rasa's pipeline waits for something, though it is in this process.")
