"""The Rasa component that reads a message in the light of its conversation, for the components after it."""

from __future__ import annotations

import logging
import time
from itertools import islice, takewhile
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from ketamine_guide.content.library import library
from ketamine_guide.nlu import reading
from ketamine_guide.nlu.reading import Reading

logger = logging.getLogger(__name__)

QUESTIONS = "questions"
_READING = "reading"
# A topic stays in hand for this many messages and this long; after that a question stands for itself.
_TURNS, _SECONDS = 3, 30 * 60
_LATELY = 20


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class MessageReader(GraphComponent):  # type: ignore[misc]
    """Adds a `Reading` to each message."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageReader:
        """Builds the component (see the parent class)."""
        return cls()

    def process(self, messages: list[Message], tracker: DialogueStateTracker) -> list[Message]:
        """Reads the messages; one that can't be read goes on as it is, for the crisis screen must be reached.

        Args:
            messages: what was said.
            tracker: the conversation before it; None behind `/model/parse`, though Rasa's validation of the graph wants
                it written as if it could not be.
        """
        for message in messages:
            try:
                message.set(_READING, _read(message.get(TEXT) or "", tracker))
            except Exception as error:
                logger.error("A message could not be read in its conversation (%s).", type(error).__name__)
        return messages


def reading_of(message: Message) -> Reading:
    """The message's reading; without `MessageReader` in the pipeline, the message by itself."""
    return message.get(_READING) or reading.read(message.get(TEXT) or "")


def _read(text: str, tracker: DialogueStateTracker | None) -> Reading:
    if tracker is None:
        return reading.read(text)
    topics = library().topics
    # "Kind of" answers the plain question, and not what was said beside it.
    asked_plainly = any(event.intent_name == "check_in" for event in islice(_turns(tracker), 1))
    topic = None if asked_plainly else topic_in_hand(tracker)
    more = None
    if topic:
        said = topics_said(tracker)
        more = next((name for name in topics[topic].related if name not in said), None)
    found = reading.read(text, question=topics[topic].question if topic else None, more=more)
    payloads = _offered(tracker)
    chosen = reading.choice(text, list(payloads))
    if chosen is None:
        return found
    return Reading(found.windows, chosen=list(payloads.values())[chosen])


def topic_in_hand(tracker: DialogueStateTracker) -> str | None:
    """The topic that was answered last, if that is not long ago."""
    for event in islice(_turns(tracker), _TURNS):
        if time.time() - (event.timestamp or 0) > _SECONDS:
            return None
        if asked := _topics(event):
            return asked[-1]
    return None


def topics_said(tracker: DialogueStateTracker) -> set[str]:
    """The topics that this conversation had answers to of late."""
    return {name for event in islice(_turns(tracker), _LATELY) for name in _topics(event)}


def _turns(tracker: DialogueStateTracker) -> Any:
    return (event for event in reversed(tracker.events) if isinstance(event, UserUttered))


def _topics(event: UserUttered) -> list[str]:
    """The topics of the document that a message was answered with."""
    if event.intent_name == "crisis":
        return []
    names = [event.intent_name, *(question["name"] for question in event.parse_data.get(QUESTIONS) or ())]
    return [name for name in dict.fromkeys(names) if name in library().topics]


def _offered(tracker: DialogueStateTracker) -> dict[str, str]:
    """The words and intents of the buttons under the last replies, from the first on: after "are you having thoughts of
    suicide?" and an answer beside it, "1" is a yes."""
    said = takewhile(lambda event: not isinstance(event, UserUttered), reversed(tracker.events))
    given = [event.data.get("buttons") or () for event in said if isinstance(event, BotUttered)]
    return {
        str(button["title"]): str(button["payload"]).lstrip("/") for buttons in reversed(given) for button in buttons
    }
