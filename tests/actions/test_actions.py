"""Each custom action by itself, with a tracker made by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions.action_answer import ActionAnswer
from actions.action_answer_aside import ActionAnswerAside
from actions.action_offer_topics import ActionOfferTopics
from ketamine_guide.content.library import Library
from ketamine_guide.settings import ROOT


def _tracker(
    intent: str,
    *,
    asked: Sequence[str] = (),
    brief: Sequence[str] = (),
    before: Sequence[str] = (),
    ranking: Sequence[tuple[str, float]] = (),
) -> Tracker:
    """A conversation after a message: its intent, its questions, how likely others were, and intents before it."""
    latest = {
        "text": "",
        "intent": {"name": intent, "confidence": 0.9},
        "intent_ranking": [{"name": name, "confidence": confidence} for name, confidence in ranking],
        "entities": [],
        "questions": [{"name": name, "brief": name in brief} for name in asked],
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


def test_answer_gives_several_answers_with_one_source_line(content: Library) -> None:
    asked = ("ask_nausea", "ask_insurance", "ask_bladder")
    message = _run(ActionAnswer(), _tracker("several_questions", asked=asked, brief=("ask_bladder",)))
    nausea, insurance, bladder = (content.topics[name] for name in asked)
    assert message["answer"].splitlines() == [nausea.answer, insurance.answer, bladder.answer_sms]
    assert message["answer_sms"].splitlines() == [nausea.answer_sms, insurance.answer_sms, bladder.answer_sms]
    assert message["source"] == "Common Side Effects; Long-Term Considerations; The Future"
    assert message["topic"] == "ask_nausea"


def test_under_several_answers_nothing_is_offered_that_was_just_answered(content: Library) -> None:
    asked = ("ask_nausea", *content.topics["ask_nausea"].related[:1])
    message = _run(ActionAnswer(), _tracker("several_questions", asked=asked))
    payloads = [button["payload"] for button in message["buttons"]]
    assert len(payloads) == len(set(payloads)) == 3
    assert not {f"/{name}" for name in asked} & set(payloads)


def test_one_of_several_topics_with_the_crisis_line_is_enough_for_it() -> None:
    asked = ("ask_nausea", "ask_suicidal_thoughts_research")
    message = _run(ActionAnswer(), _tracker("several_questions", asked=asked))
    assert message["response"] == "utter_answer_crisis_line"


def test_what_is_turned_down_comes_before_what_is_answered() -> None:
    asked = ("ask_nausea", "cannot_driving", "ask_cost")
    first, second = _messages(ActionAnswer(), _tracker("several_questions", asked=asked))
    assert first["response"] == "utter_cannot_driving"
    assert (second["response"], second["topic"]) == ("utter_answer", "ask_nausea")
    assert "goes_on" not in first
    assert second["goes_on"]


def test_where_all_is_turned_down_nothing_is_answered() -> None:
    asked = ("cannot_driving", "cannot_dose")
    messages = _messages(ActionAnswer(), _tracker("several_questions", asked=asked))
    assert [message["response"] for message in messages] == ["utter_cannot_driving", "utter_cannot_dose"]


def test_a_button_brings_its_answer_in_full(content: Library) -> None:
    tracker = _tracker("ask_bladder", asked=("ask_bladder",), brief=("ask_bladder",))
    assert _run(ActionAnswer(), tracker)["answer"] == content.topics["ask_bladder"].answer


@pytest.mark.parametrize("name", ["ask_insurance", "ask_suicidal_thoughts_research"])
def test_aside_answers_the_topic_that_stands_behind_the_check_in(name: str) -> None:
    ranking = (("check_in", 1.0), ("ask_nausea", 0.9))
    message = _run(ActionAnswerAside(), _tracker("check_in", asked=(name,), ranking=ranking))
    assert message == _run(ActionAnswer(), _tracker(name))


def test_aside_answers_each_topic_and_turns_nothing_down() -> None:
    asked = ("cannot_dose", "ask_nausea", "ask_cost")
    message = _run(ActionAnswerAside(), _tracker("check_in", asked=asked, ranking=(("ask_nausea", 0.6),)))
    assert message == _run(ActionAnswer(), _tracker("several_questions", asked=asked[1:]))


@pytest.mark.parametrize(
    "asked",
    [(), ("cannot_dose",), ("feeling_low",), ("check_in_yes",), ("ask_no_such_topic",)],
    ids=["not understood", "turned down", "small talk", "a button", "unknown"],
)
def test_aside_says_nothing_when_no_topic_was_asked_for(asked: tuple[str, ...]) -> None:
    tracker = _tracker("check_in", asked=asked, ranking=(("check_in", 1.0), ("ask_insurance", 0.9)))
    assert _messages(ActionAnswerAside(), tracker) == []


def test_aside_guesses_at_nothing() -> None:
    tracker = _tracker("check_in", asked=("ask_nausea",), ranking=(("check_in", 1.0), ("ask_nausea", 0.2)))
    assert _messages(ActionAnswerAside(), tracker) == []


@pytest.mark.parametrize("found", [None, []])
def test_aside_says_nothing_when_the_questions_were_never_looked_for(found: object) -> None:
    tracker = _tracker("check_in", ranking=(("check_in", 1.0), ("ask_insurance", 0.9)))
    tracker.latest_message["questions"] = found
    assert _messages(ActionAnswerAside(), tracker) == []
    del tracker.latest_message["questions"]
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
