"""The crisis screen as a Rasa component: it overrides what came before, and runs what was trained."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ketamine_guide.crisis import crisis_screen
from ketamine_guide.crisis.crisis_screen import CrisisScreen


@pytest.fixture
def component(storage: LocalModelStorage, resource: Resource, context: Any) -> CrisisScreen:
    resource = CrisisScreen.create({}, storage, resource, context).train(TrainingData([]))
    return CrisisScreen.load({}, storage, resource, context)


def _message(text: str) -> Message:
    guess = {"name": "ask_cost", "confidence": 0.9}
    return Message({"text": text, "intent": guess, "intent_ranking": [guess]})


def test_it_overrides_the_intent_and_names_the_kind(component: CrisisScreen) -> None:
    (message,) = component.process([_message("what does it cost, i want to die")])
    assert message.get("intent") == {"name": "crisis", "confidence": 1.0}
    assert [guess["name"] for guess in message.get("intent_ranking")] == ["crisis", "ask_cost"]
    (entity,) = message.get("entities")
    assert (entity["entity"], entity["value"]) == ("crisis_kind", "active")


def test_it_leaves_everything_else_alone(component: CrisisScreen) -> None:
    (message,) = component.process([_message("what does it cost")])
    assert message.get("intent")["name"] == "ask_cost"
    assert not message.get("entities")


def test_a_message_without_text_is_no_crisis(component: CrisisScreen) -> None:
    (message,) = component.process([Message({})])
    assert message.get("intent") is None


def test_an_edited_lexicon_makes_another_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    before = CrisisScreen.fingerprint_addon({})
    edited = tmp_path / "lexicon.en.yml"
    edited.write_bytes(crisis_screen._LEXICON.read_bytes() + b"\n# edited\n")
    monkeypatch.setattr(crisis_screen, "_LEXICON", edited)
    assert CrisisScreen.fingerprint_addon({}) != before
