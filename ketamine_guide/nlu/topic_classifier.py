"""The Rasa component that finds what a message is about."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ketamine_guide.nlu.questions import Ranking
from ketamine_guide.nlu.sentence_encoder import SentenceEncoder, sentence_vectors, text_vectors, vector_of
from ketamine_guide.nlu.text_model import TextModel, code_fingerprint

logger = logging.getLogger(__name__)

_RANKED = 10
# How closely the model on meaning follows the examples. The tuned encoder follows them itself: held back, the model
# generalises better (docs/understanding.md).
_STRICTNESS = 1
_RANKINGS = "rankings"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):  # type: ignore[misc]
    """Ranks the intents by the topic's own probability, so that a weak best guess shows as one."""

    @classmethod
    def required_components(cls) -> list[type]:
        """The sentence vectors it reads."""
        return [SentenceEncoder]

    def __init__(self, model: TextModel | None, model_storage: ModelStorage, resource: Resource) -> None:
        self._model = model
        self._model_storage = model_storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """An untrained component (see the parent class)."""
        return cls(None, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """Reads the trained model. When it can't, nothing is understood, and the crisis screen still comes up."""
        try:
            with model_storage.read_from(resource) as folder:
                return cls(TextModel.load(folder), model_storage, resource)
        except Exception as error:
            logger.error("The topic classifier can't be read (%s). Nothing is understood. Train again.", error)
            return cls(None, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Other code makes another model."""
        return code_fingerprint(__file__)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from every example that has an intent, and keeps the model in the archive."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        self._model = TextModel.fit(
            [message.get(TEXT) for message in examples],
            sentence_vectors(examples),
            [message.get(INTENT) for message in examples],
            strictness=_STRICTNESS,
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets each message's likeliest intent, its ranking of the ten likeliest, and `rankings`."""
        for message in messages:
            ranked = Rankings(self._model, message)
            message.set(_RANKINGS, ranked)
            (first, *_) = [*ranked.values(), [(None, 0.0)]]
            ranking = [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: p} for name, p in first]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages


class Rankings(dict[str, Ranking]):
    """The ten likeliest intents for each text of a message's reading, by the text.

    Args:
        model: what ranks; None when there is none, and then nothing is ranked.
        message: the message, with its vectors.
    """

    def __init__(self, model: TextModel | None, message: Message) -> None:
        super().__init__()
        self._model, self._message = model, message
        self._rank(text_vectors(message))

    def where_likely(self, text: str, intents: Collection[str], least: float) -> Ranking:
        """The ranking of a text that is told and not asked; none where none of `intents` can be as likely as `least`.

        Most of a long post is such text, and by its words alone it can be told that nothing in it is an emergency:
        encoding it took nearly half of the post's time.
        """
        if text not in self and self._model and _has_words(text):
            (row,) = self._model.by_spelling([text])
            # The probability is the mean of this and of that by meaning, which is 1 at most.
            likeliest = max((p for name, p in zip(self._model.classes, row, strict=True) if name in intents), default=0)
            if (likeliest + 1) / 2 >= least and (vector := vector_of(self._message, text)) is not None:
                self._rank({text: vector})
        return self.get(text, [])

    def _rank(self, vectors: dict[str, npt.NDArray[np.float32]]) -> None:
        # Without a letter or digit there is nothing to be sure of, whatever the likeliest intent of silence is.
        texts = [text for text in vectors if _has_words(text)]
        if not texts or self._model is None:
            return
        rows = self._model.probabilities(texts, np.stack([vectors[text] for text in texts]))
        for text, row in zip(texts, rows, strict=True):
            self[text] = [(self._model.classes[i], float(row[i])) for i in np.argsort(-row)[:_RANKED]]


def rankings(message: Message) -> Rankings:
    """The message's rankings; none when nothing could be understood."""
    return message.get(_RANKINGS) or Rankings(None, message)


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)
