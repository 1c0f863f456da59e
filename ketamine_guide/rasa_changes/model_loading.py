"""The model at the start: what is needed of it, and all of that before the first message."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.trackers import DialogueStateTracker

logger = logging.getLogger(__name__)

_NOTHING: dict[str, Any] = {"nodes": {}}
_WORDS = "How long does a session take?"


def apply() -> None:
    """Lets a model load without what trained it, and read a message before the server takes any."""
    ModelMetadata.from_dict = staticmethod(_from_dict)
    Agent.load_model = _load_model


_rasas_from_dict, _rasas_load_model = ModelMetadata.from_dict, Agent.load_model


def _from_dict(metadata: dict[str, Any]) -> ModelMetadata:
    """Rasa's own, less how the model was trained: for that, Rasa imports all of its components and TensorFlow."""
    return _rasas_from_dict(metadata | {"train_schema": _NOTHING})


def _load_model(self: Agent, model_path: str | Path, fingerprint: str | None = None) -> None:
    """Rasa's own. Our components read their files at first use: half a second, which no patient need wait for."""
    _rasas_load_model(self, model_path, fingerprint)
    try:
        tracker = DialogueStateTracker.from_events("nobody", [], self.processor.domain.slots)
        self.processor._parse_message_with_graph(UserMessage(_WORDS), tracker)
    except Exception as error:
        # A model without a pipeline has nothing to make ready.
        logger.info("No message was read ahead: %s", type(error).__name__)
