"""The Rasa component that lets the crisis screen have the last word on every message."""

from __future__ import annotations

import hashlib
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ketamine_guide.content.library import DATA
from ketamine_guide.crisis.lexicon import read
from ketamine_guide.crisis.screen import Screen

CRISIS_INTENT, CRISIS_KIND = "crisis", "crisis_kind"
_LEXICON = DATA / "crisis" / "lexicon.en.yml"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CrisisScreen(GraphComponent, IntentClassifier, EntityExtractorMixin):  # type: ignore[misc]
    """Sets the intent `crisis` and the entity `crisis_kind` on each message that discloses one.

    It stands last in the pipeline, so that no later component overrides it. Training keeps the lexicon in the model
    archive: what was measured is what runs.
    """

    def __init__(self, screen: Screen, model_storage: ModelStorage, resource: Resource) -> None:
        self._screen = screen
        self._model_storage = model_storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CrisisScreen:
        """Reads the lexicon from `data/crisis/` (see the parent class)."""
        return cls(Screen(read(_LEXICON)), model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CrisisScreen:
        """Reads the lexicon from the model archive (see the parent class)."""
        with model_storage.read_from(resource) as folder:
            return cls(Screen(read(folder / _LEXICON.name)), model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """An edited lexicon makes another model; without this Rasa would take the old one from its cache."""
        return hashlib.sha256(_LEXICON.read_bytes()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Keeps the lexicon in the archive."""
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _LEXICON.name).write_bytes(_LEXICON.read_bytes())
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Overrides the intent of each message that discloses a crisis."""
        for message in messages:
            verdict = self._screen.judge(message.get(TEXT) or "")
            if verdict.kind:
                intent = {INTENT_NAME_KEY: CRISIS_INTENT, PREDICTED_CONFIDENCE_KEY: 1.0}
                message.set(INTENT, intent, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [intent, *(message.get(INTENT_RANKING_KEY) or [])], add_to_output=True)
                message.set(ENTITIES, self._with_kind(message, verdict.kind), add_to_output=True)
        return messages

    def _with_kind(self, message: Message, kind: str) -> list[dict[str, Any]]:
        # The entity spans the message: what told is evidence for staff, and not a word of the patient's to point at.
        entity = {
            ENTITY_ATTRIBUTE_TYPE: CRISIS_KIND,
            ENTITY_ATTRIBUTE_VALUE: kind,
            ENTITY_ATTRIBUTE_START: 0,
            ENTITY_ATTRIBUTE_END: len(message.get(TEXT)),
        }
        return [*message.get(ENTITIES, []), *self.add_extractor_name([entity])]
