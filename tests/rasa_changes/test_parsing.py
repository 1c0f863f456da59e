"""Messages are read as Rasa reads them, and in threads."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from ketamine_guide.rasa_changes import parsing


class Processor(MessageProcessor):  # type: ignore[misc]
    """Rasa's, whose pipeline waits until two messages are in it."""

    def __init__(self) -> None:
        self.http_interpreter = None
        self.domain = Domain.empty()
        self.both = threading.Barrier(2, timeout=10)

    def _parse_message_with_graph(
        self, message: UserMessage, tracker: DialogueStateTracker, only_output_properties: bool = True
    ) -> dict[str, Any]:
        if message.text == "fail":
            raise ValueError("a component")
        self.both.wait()
        return {"text": message.text, "intent": {"name": tracker.sender_id}, "entities": []}


def test_two_messages_are_read_at_once_and_each_gets_its_own() -> None:
    processor = Processor()

    async def both() -> list[dict[str, Any]]:
        messages = [UserMessage("one", sender_id="first"), UserMessage("two", sender_id="second")]
        return await asyncio.gather(*(parsing._parse_message(processor, message) for message in messages))

    assert [(found["text"], found["intent"]["name"]) for found in asyncio.run(both())] == [
        ("one", "first"),
        ("two", "second"),
    ]


def test_what_a_component_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="a component"):
        asyncio.run(parsing._parse_message(Processor(), UserMessage("fail")))


def test_a_pipeline_on_another_server_is_waited_for() -> None:
    class Elsewhere:
        async def parse(self, message: UserMessage) -> dict[str, Any]:
            await asyncio.sleep(0)
            return {"text": message.text, "intent": {"name": "greet"}, "entities": []}

    processor = Processor()
    processor.http_interpreter = Elsewhere()
    assert asyncio.run(parsing._parse_message(processor, UserMessage("hello")))["intent"] == {"name": "greet"}
