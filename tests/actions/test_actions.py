"""Each custom action by itself, with a tracker made by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions.action_answer import ActionAnswer
from actions.action_answer_aside import ActionAnswerAside
from actions.action_offer_topics import ActionOfferTopics
from ketamine_guide.content.library import Library
from ketamine_guide.settings import ROOT


def _tracker(intent: str, *, before: tuple[str, ...] = (), ranking: tuple[tuple[str, float], ...] = ()) -> Tracker:
    latest = {
        "intent": {"name": intent, "confidence": 0.9},
        "intent_ranking": [{"name": name, "confidence": confidence} for name, confidence in ranking],
        "entities": [],
    }
    events = [{"event": "user", "parse_data": {"intent": {"name": name}}} for name in (*before, intent)]
    return Tracker("someone", {}, latest, events, False, None, {}, "action_listen")


def _messages(action: Action, tracker: Tracker) -> list[dict[str, Any]]:
    dispatcher = CollectingDispatcher()
    assert asyncio.run(action.run(dispatcher, tracker, {})) == []
    return [dict(message) for message in dispatcher.messages]


def _run(action: Action, tracker: Tracker) -> dict[str, Any]:
    (message,) = _messages(action, tracker)
    return message


def test_answer_brings_both_forms_the_source_and_related_questions(content: Library) -> None:
    message = _run(ActionAnswer(), _tracker("ask_insurance"))
    topic = content.topics["ask_insurance"]
    assert message["response"] == "utter_answer"
    assert (message["answer"], message["answer_sms"]) == (topic.answer, topic.answer_sms)
    assert message["source"] == "Long-Term Considerations; The Future"
    assert [button["payload"] for button in message["buttons"]] == [f"/{name}" for name in topic.related]


def test_answer_adds_the_crisis_line_where_the_topic_asks_for_it() -> None:
    message = _run(ActionAnswer(), _tracker("ask_suicidal_thoughts_research"))
    assert message["response"] == "utter_answer_crisis_line"


@pytest.mark.parametrize("name", ["ask_insurance", "ask_suicidal_thoughts_research"])
@pytest.mark.parametrize("confidence", [0.9, 0.3])
def test_aside_answers_the_topic_that_stands_behind_the_check_in(name: str, confidence: float) -> None:
    ranking = (("check_in", 1.0), (name, confidence), ("ask_nausea", 0.2))
    message = _run(ActionAnswerAside(), _tracker("check_in", ranking=ranking))
    assert message == _run(ActionAnswer(), _tracker(name))


@pytest.mark.parametrize(
    "ranking",
    [
        (),
        (("check_in", 1.0),),
        (("check_in", 1.0), ("ask_insurance", 0.29), ("ask_nausea", 0.2)),
        (("check_in", 1.0), ("cannot_dose", 0.9), ("ask_insurance", 0.9)),
        (("check_in", 1.0), ("feeling_low", 0.9)),
        (("check_in", 1.0), ("nlu_fallback", 0.7), ("ask_insurance", 0.4)),
        (("check_in", 1.0), ("ask_no_such_topic", 0.9)),
        (("check_in", 1.0), (None, 0.0)),
    ],
    ids=["no ranking", "nothing else", "unsure", "turned down", "no topic", "not understood", "unknown", "not encoded"],
)
def test_aside_says_nothing_when_no_topic_was_asked_for(ranking: Any) -> None:
    assert _messages(ActionAnswerAside(), _tracker("check_in", ranking=ranking)) == []


def test_aside_says_nothing_when_there_is_no_ranking_at_all() -> None:
    tracker = _tracker("check_in")
    del tracker.latest_message["intent_ranking"]
    assert _messages(ActionAnswerAside(), tracker) == []


def test_offer_gives_the_likeliest_topics_in_their_order() -> None:
    ranking = (
        ("nlu_fallback", 0.3),
        ("ask_nausea", 0.2),
        ("cannot_dose", 0.2),
        ("ask_cost", 0.1),
        ("ask_dizziness", 0.06),
    )
    message = _run(ActionOfferTopics(), _tracker("nlu_fallback", ranking=ranking))
    assert message["response"] == "utter_not_understood"
    assert [button["payload"] for button in message["buttons"]] == ["/ask_nausea", "/ask_cost", "/ask_dizziness"]


def test_offer_falls_back_on_places_to_begin() -> None:
    message = _run(ActionOfferTopics(), _tracker("nlu_fallback", ranking=(("ask_nausea", 0.01),)))
    payloads = [button["payload"] for button in message["buttons"]]
    assert payloads == ["/ask_what_it_is_for", "/ask_course_overview", "/ask_side_effects"]


@pytest.mark.parametrize(
    ("before", "response"),
    [
        ((), "utter_not_understood"),
        (("ask_nausea",), "utter_not_understood"),
        (("nlu_fallback", "ask_nausea"), "utter_not_understood"),
        (("nlu_fallback",), "utter_not_understood_again"),
        (("nlu_fallback", "nlu_fallback"), "utter_not_understood_again"),
    ],
)
def test_offer_points_to_a_person_the_second_time_in_a_row(before: tuple[str, ...], response: str) -> None:
    assert _run(ActionOfferTopics(), _tracker("nlu_fallback", before=before))["response"] == response


def test_each_action_stands_in_a_file_of_its_name() -> None:
    executor = ActionExecutor()
    executor.register_package("actions")
    files = {path.stem for path in (ROOT / "actions").glob("action_*.py")}
    assert set(executor.actions) == files
