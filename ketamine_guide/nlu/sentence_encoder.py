"""The Rasa component that gives each message its sentence vector, shared by the topics and the crisis screen."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ketamine_guide.nlu.minilm import WEIGHTS_SHA256, Encoder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEncoder(GraphComponent):  # type: ignore[misc]
    """Adds a dense sentence feature of width 384 to each message."""

    def __init__(self, encoder: Encoder, resource: Resource) -> None:
        self._encoder = encoder
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        """Writes the encoder into the model archive (see the parent class)."""
        from ketamine_guide.nlu.minilm_graph import write_encoder  # noqa: PLC0415 (serving needs no onnx)

        with model_storage.write_to(resource) as folder:
            write_encoder(folder)
            return cls(Encoder(folder), resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceEncoder:
        """Reads the encoder from the model archive (see the parent class)."""
        with model_storage.read_from(resource) as folder:
            return cls(Encoder(folder), resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Other weights make another model."""
        return WEIGHTS_SHA256

    def train(self, training_data: TrainingData) -> Resource:
        """Nothing is learnt: the encoder was written into the archive when the component was made."""
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encodes the training examples, many at a time."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Encodes the messages."""
        vectors = self._encoder.encode([message.get(TEXT) or "" for message in messages])
        for message, vector in zip(messages, vectors, strict=True):
            message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, type(self).__name__))
        return messages


def sentence_vectors(messages: list[Message]) -> npt.NDArray[np.float32]:
    """The messages' vectors, shape (len(messages), 384), as `SentenceEncoder` added them.

    Raises:
        ValueError: a message has none, for the pipeline has no `SentenceEncoder` before this component.
    """
    features = [message.get_dense_features(TEXT, [])[1] for message in messages]
    if any(feature is None for feature in features):
        raise ValueError("A message has no sentence vector: put SentenceEncoder earlier in the pipeline of config.yml.")
    return np.concatenate([feature.features for feature in features]) if features else np.zeros((0, 384), np.float32)
