"""The Rasa component that finds what a message names."""

from __future__ import annotations

import logging
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from ketamine_guide.nlu.entities import Entity, entities

logger = logging.getLogger(__name__)

_NAMED = "named"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class EntityFinder(GraphComponent, EntityExtractorMixin):  # type: ignore[misc]
    """Adds the entities of `data/entities.yml` to each message."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityFinder:
        """Builds the component (see the parent class)."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Finds the entities; when that fails the message goes on without, for the crisis screen must be reached."""
        for message in messages:
            try:
                found = entities().find(message.get(TEXT) or "")
            except Exception as error:
                logger.error("What a message names could not be found (%s).", type(error).__name__)
                continue
            message.set(_NAMED, found)
            marked = [
                {
                    ENTITY_ATTRIBUTE_TYPE: entity.type,
                    ENTITY_ATTRIBUTE_VALUE: entity.value,
                    ENTITY_ATTRIBUTE_START: entity.start,
                    ENTITY_ATTRIBUTE_END: entity.end,
                }
                for entity in found
            ]
            together = [*message.get(ENTITIES, []), *self.add_extractor_name(marked)]
            message.set(ENTITIES, together, add_to_output=True)
        return messages


def named(message: Message) -> list[Entity]:
    """What the message names, as `EntityFinder` found it."""
    return message.get(_NAMED) or []
