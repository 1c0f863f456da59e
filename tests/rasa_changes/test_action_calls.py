"""What is sent to the action server, and what is taken from it."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import EventVerbosity
from rasa.utils.endpoints import EndpointConfig

from ketamine_guide.rasa_changes import action_calls
from tests.rasa_changes.conftest import BEGINNING, tracker_of, turn

ACTION = RemoteAction("action_answer", EndpointConfig("http://127.0.0.1:1/webhook", enable_selective_domain=True))
WITH_DOMAIN = RemoteAction("action_answer", EndpointConfig("http://127.0.0.1:1/webhook"))


@pytest.mark.parametrize(
    "answer",
    [
        {"events": [], "responses": []},
        {"events": [{"event": "slot", "timestamp": None, "name": "open", "value": True}], "responses": [{"text": "x"}]},
        {},
    ],
)
def test_a_whole_answer_is_taken(answer: dict[str, Any]) -> None:
    assert action_calls._validate_action_result(ACTION, answer) is True


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "words",
        {"events": {}},
        {"events": [{"timestamp": 1}]},
        {"events": [{"event": "nothing that Rasa knows"}]},
        {"events": [], "responses": "words"},
        {"events": [], "responses": ["words"]},
    ],
)
def test_any_other_answer_is_refused(answer: Any) -> None:
    with pytest.raises(ValidationError):
        action_calls._validate_action_result(ACTION, answer)


@pytest.mark.parametrize("action", [ACTION, WITH_DOMAIN], ids=["selective", "whole domain"])
def test_a_short_conversation_is_sent_whole(domain: Domain, action: RemoteAction) -> None:
    tracker = tracker_of([*BEGINNING, *turn("hello", "utter_hello"), *turn("ask_cost", "action_answer")], domain)
    request = action_calls._action_call_format(action, tracker, domain)
    assert request["tracker"] == tracker.current_state(EventVerbosity.ALL)
    assert (request["next_action"], request["sender_id"]) == ("action_answer", "someone")
    assert request.get("domain") == (domain.as_dict() if action is WITH_DOMAIN else None)


def test_of_a_long_one_the_end_is_sent_whole_and_of_the_rest_each_intent_once() -> None:
    asked = ["crisis", *["ask_cost"] * 300]
    events = [*BEGINNING, *(event for intent in asked for event in turn(intent, "action_answer"))]
    sent = action_calls.events_to_send(events)
    said = [event for event in sent if event["event"] == "user"]
    assert [event["parse_data"]["intent"]["name"] for event in said] == ["crisis", *["ask_cost"] * 3]
    assert [event.get("text") for event in said] == [None] * 2 + ["words"] * 2
    whole = [event.as_dict() for event in events[-2 * len(turn("ask_cost", "action_answer")) :]]
    assert sent[-len(whole) :] == whole
    assert len(sent) == 2 + len(whole)
