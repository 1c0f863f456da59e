"""The Rasa component that gives each message its sentence vector, shared by the topics and the crisis screen."""

from __future__ import annotations

import logging
from pathlib import Path
from tempfile import TemporaryDirectory
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

from ketamine_guide.nlu.message_reader import reading_of
from ketamine_guide.nlu.minilm import WIDTH, Encoder

logger = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]
_VECTORS, _ENCODER = "text_vectors", "encoder"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEncoder(GraphComponent):  # type: ignore[misc]
    """Adds a dense sentence feature of width 384 to each message, and a vector for each text of its reading."""

    def __init__(self, encoder: Encoder | None, resource: Resource) -> None:
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
        """Reads the encoder from the archive. When it can't, the crisis screen must still come up: see `process`."""
        try:
            with model_storage.read_from(resource) as folder:
                return cls(Encoder(folder), resource)
        except Exception as error:
            logger.error("The sentence encoder can't be read (%s). Only the crisis rules work. Train again.", error)
            return cls(None, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Other weights make another model."""
        from ketamine_guide.nlu.minilm_weights import fingerprint  # noqa: PLC0415 (serving needs no weights)

        return fingerprint()

    def train(self, training_data: TrainingData) -> Resource:
        """Nothing is learnt: the encoder was written into the archive when the component was made."""
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encodes the training examples, many at a time."""
        if self._encoder is None:
            raise RuntimeError("There is no sentence encoder to train with.")
        examples = training_data.training_examples
        self._add(examples, self._encoder.encode([message.get(TEXT) or "" for message in examples]))
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Encodes the messages. When that fails they go on without vectors: the crisis screen must be reached."""
        if self._encoder is None:
            return messages
        for message in messages:
            texts = reading_of(message).texts()
            vectors = _encoded(self._encoder, texts)
            if vectors is None:
                continue
            self._add([message], vectors[:1])
            message.set(_VECTORS, dict(zip(texts, vectors, strict=True)))
            message.set(_ENCODER, self._encoder)
        return messages

    def _add(self, messages: list[Message], vectors: Vectors) -> None:
        for message, vector in zip(messages, vectors, strict=True):
            message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, type(self).__name__))


def sentence_vector(message: Message) -> Vectors | None:
    """The message's vector, shape (384,), as `SentenceEncoder` added it; None when it could not."""
    feature = message.get_dense_features(TEXT, [])[1]
    return None if feature is None else feature.features[0]


def sentence_vectors(messages: list[Message]) -> Vectors:
    """The messages' vectors, shape (len(messages), 384).

    Raises:
        ValueError: a message has none, for the pipeline has no `SentenceEncoder` before this component.
    """
    vectors = [sentence_vector(message) for message in messages]
    found = [vector for vector in vectors if vector is not None]
    if len(found) < len(vectors):
        raise ValueError("A message has no sentence vector: put SentenceEncoder earlier in the pipeline of config.yml.")
    return np.stack(found) if found else np.zeros((0, WIDTH), np.float32)


def text_vectors(message: Message) -> dict[str, Vectors]:
    """Each text of a message's reading with its vector of shape (384,); none when it could not be encoded."""
    return message.get(_VECTORS) or {}


def vector_of(message: Message, text: str) -> Vectors | None:
    """The vector of another text of the message, encoded now, shape (384,); None when it can't be."""
    encoder = message.get(_ENCODER)
    vectors = _encoded(encoder, [text]) if encoder else None
    return None if vectors is None else vectors[0]


def window_vectors(message: Message) -> list[tuple[str, Vectors]]:
    """The windows of a message with their vectors of shape (384,); none when it could not be encoded."""
    vectors = text_vectors(message)
    return [(window, vectors[window]) for window in reading_of(message).windows if window in vectors]


def _encoded(encoder: Encoder, texts: list[str]) -> Vectors | None:
    try:
        return encoder.encode(texts)
    except Exception as error:
        logger.error("A message could not be encoded (%s).", type(error).__name__)
        return None


def encode_examples(texts: list[str]) -> Vectors:
    """The vectors of texts at training time, shape (len(texts), 384), by the encoder that the archive will hold."""
    from ketamine_guide.nlu.minilm_graph import write_encoder  # noqa: PLC0415 (serving needs no onnx)

    with TemporaryDirectory() as folder:
        write_encoder(Path(folder))
        return Encoder(Path(folder)).encode(texts)
