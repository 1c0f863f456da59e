"""What a message names is added to it; where that fails the message goes on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message

from ketamine_guide.nlu.entities import entities
from ketamine_guide.nlu.entity_finder import EntityFinder, named


@pytest.fixture
def finder(storage: LocalModelStorage, resource: Resource, context: Any) -> EntityFinder:
    return EntityFinder.create({}, storage, resource, context)


def test_what_is_named_is_added_as_rasa_keeps_it(finder: EntityFinder) -> None:
    (message,) = finder.process([Message.build("14 weeks along and queasy")])
    assert message.get("entities") == [
        {"entity": "weeks", "value": "14", "start": 0, "end": 8, "extractor": "EntityFinder"},
        {"entity": "condition", "value": "pregnancy", "start": 3, "end": 14, "extractor": "EntityFinder"},
        {"entity": "side_effect", "value": "nausea", "start": 19, "end": 25, "extractor": "EntityFinder"},
    ]
    assert "entities" in message.output_properties
    assert named(message) == entities().find("14 weeks along and queasy")


def test_entities_that_others_found_are_kept(finder: EntityFinder) -> None:
    other = {"entity": "crisis_kind", "value": "active", "start": 0, "end": 6, "extractor": "CrisisScreen"}
    (message,) = finder.process([Message({"text": "queasy", "entities": [other]})])
    assert [entity["entity"] for entity in message.get("entities")] == ["crisis_kind", "side_effect"]
    assert other in message.get("entities")


@pytest.mark.parametrize("message", [Message.build("hello"), Message.build(""), Message({})])
def test_where_nothing_is_named_there_are_none(finder: EntityFinder, message: Message) -> None:
    (found,) = finder.process([message])
    assert found.get("entities") == named(found) == []


def test_what_the_component_did_not_see_names_nothing() -> None:
    assert named(Message.build("queasy")) == []


def test_when_it_fails_the_message_goes_on(finder: EntityFinder, caplog: pytest.LogCaptureFixture) -> None:
    secret = 5550100
    messages = finder.process([Message({"text": secret}), Message.build("queasy")])
    assert [len(named(message)) for message in messages] == [0, 1]
    assert messages[0].get("text") == secret
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "TypeError" in caplog.text
    assert str(secret) not in caplog.text


@settings(deadline=None)
@given(st.text(st.characters()))
def test_any_text_passes(text: str) -> None:
    (message,) = EntityFinder().process([Message.build(text)])
    assert message.get("text") == text
    assert len(message.get("entities", [])) == len(named(message))
