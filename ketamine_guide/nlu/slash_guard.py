"""Keeps what looks like Rasa's own notation, `/intent@1{...}`, from acting as a command.

Rasa runs its `RegexMessageHandler` after the last component of every pipeline: `/restart`, or `/greet@1 i want to die`,
would beat whatever the components found (Rasa 3.6.21). Standing first in the pipeline, this component guards every
channel at once, the shell and `/model/parse` included, and leaves only the payloads of our own buttons as they are.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message


def neutralise(text: str, payloads: re.Pattern[str]) -> str:
    """The text without its leading slashes, unless the whole of it is a button's payload."""
    stripped = text.strip()
    return text if payloads.fullmatch(stripped) or not stripped.startswith("/") else stripped.lstrip("/ \t\r\n")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SlashGuard(GraphComponent):  # type: ignore[misc]
    """Takes the leading slash from every message that is not a button's payload.

    Config:
        payloads: regular expressions; a message that one of them matches as a whole is let through.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """No payloads: every slash goes."""
        return {"payloads": []}

    def __init__(self, payloads: list[str]) -> None:
        self._payloads = re.compile("|".join(f"(?:{payload})" for payload in payloads) or r"(?!)")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SlashGuard:
        """Builds the component from its config (see the parent class)."""
        return cls(config["payloads"])

    def process(self, messages: list[Message]) -> list[Message]:
        """Neutralises the messages in place."""
        for message in messages:
            message.set(TEXT, neutralise(message.get(TEXT) or "", self._payloads), add_to_output=True)
        return messages
