"""A message is read in the light of the conversation it stands in, as Rasa's tracker keeps it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from ketamine_guide.content.library import Library
from ketamine_guide.crisis.replies import buttons
from ketamine_guide.dialogue.buttons import topic_buttons
from ketamine_guide.nlu.message_reader import MessageReader, reading_of, topic_in_hand, topics_said
from ketamine_guide.nlu.reading import Reading, behind, read

OFFERED = ["ask_session_length", "ask_cost", "ask_nausea"]
HALF_AN_HOUR = 30 * 60
SECRET = "zebra"


def _said(intent: str, *asked: str, ago: float = 0) -> UserUttered:
    """A message as the pipeline left it: its intent, and the questions it asked."""
    parse_data = {
        "text": "…",
        "intent": {"name": intent, "confidence": 0.9},
        "entities": [],
        "questions": [{"name": name, "brief": False} for name in asked],
    }
    return UserUttered(
        "…",
        intent=parse_data["intent"],
        parse_data=parse_data,
        timestamp=time.time() - ago,  # type: ignore[arg-type]
    )


def _answer(*offered: str) -> BotUttered:
    return BotUttered("…", data={"buttons": topic_buttons(offered)})


def _tracker(*events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("somebody", [ActionExecuted("action_listen"), *events])


def _read(text: str, *events: Event) -> Reading:
    (message,) = MessageReader().process([Message.build(text)], _tracker(*events))
    return reading_of(message)


def test_at_the_start_a_message_stands_for_itself() -> None:
    assert _read("and how long?") == read("and how long?")


def test_after_the_plain_question_a_few_words_answer_that_and_not_what_was_said_beside_it() -> None:
    assert _read("kind of", _said("check_in", "ask_nausea"), _answer()) == read("kind of")
    assert _read("and how long?", _said("check_in", "ask_nausea"), _said("say_no"), _answer()).in_context


def test_without_a_tracker_as_well() -> None:
    (message,) = MessageReader().process([Message.build("and how long?")], None)
    assert reading_of(message) == read("and how long?")


def test_without_the_component_as_well() -> None:
    assert reading_of(Message.build("is it safe? what does it cost?")) == read("is it safe? what does it cost?")
    assert reading_of(Message({})) == read("")


def test_a_follow_up_is_read_behind_the_question_answered_last(content: Library) -> None:
    reading = _read("and how long?", _said("ask_nausea", "ask_nausea"), _answer(), _said("ask_bladder"), _answer())
    assert reading.in_context == behind(content.topics["ask_bladder"].question, "and how long?")


def test_a_message_that_does_not_lean_is_not() -> None:
    assert _read("can pregnant women get ketamine for depression", _said("ask_nausea"), _answer()).in_context is None


def test_of_several_topics_the_last_is_in_hand() -> None:
    assert topic_in_hand(_tracker(_said("several_questions", "ask_nausea", "ask_cost"))) == "ask_cost"
    assert topic_in_hand(_tracker(_said("several_questions", "cannot_dose", "ask_nausea"))) == "ask_nausea"
    assert topic_in_hand(_tracker(_said("several_questions", "ask_nausea", "cannot_dose"))) == "ask_nausea"


def test_the_answer_beside_a_check_in_is_in_hand() -> None:
    assert topic_in_hand(_tracker(_said("check_in", "ask_nausea"))) == "ask_nausea"


def test_what_was_asked_in_a_crisis_was_not_answered() -> None:
    tracker = _tracker(_said("crisis", "ask_nausea"))
    assert topic_in_hand(tracker) is None
    assert topics_said(tracker) == set()


@pytest.mark.parametrize(("others", "topic"), [(0, "ask_nausea"), (2, "ask_nausea"), (3, None), (9, None)])
def test_a_topic_stays_in_hand_for_three_messages(others: int, topic: str | None) -> None:
    said = [event for _ in range(others) for event in (_said("greet"), BotUttered("…"))]
    assert topic_in_hand(_tracker(_said("ask_nausea"), _answer(), *said)) == topic


@pytest.mark.parametrize(
    ("ago", "topic"), [(0, "ask_nausea"), (HALF_AN_HOUR - 60, "ask_nausea"), (HALF_AN_HOUR + 60, None)]
)
def test_and_for_half_an_hour(ago: float, topic: str | None) -> None:
    assert topic_in_hand(_tracker(_said("ask_nausea", ago=ago), _answer())) == topic


def test_more_is_the_first_related_topic_not_heard_yet(content: Library) -> None:
    first, second, *_ = content.topics["ask_nausea"].related
    assert _read("tell me more", _said("ask_nausea"), _answer()).more == first
    assert _read("tell me more", _said(first), _answer(), _said("ask_nausea"), _answer()).more == second


def test_when_all_of_them_were_heard_there_is_no_more(content: Library) -> None:
    heard = [_said(name) for name in content.topics["ask_nausea"].related]
    assert _read("tell me more", *heard, _said("ask_nausea"), _answer()).more is None
    assert _read("tell me more").more is None


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_button_is_chosen_by_its_number_or_words(content: Library, number: int) -> None:
    events = _said("nlu_fallback"), _answer(*OFFERED)
    for text in (str(number + 1), content.topics[OFFERED[number]].question.lower().rstrip("?")):
        assert _read(text, *events) == Reading((text,), chosen=OFFERED[number])


def test_the_buttons_of_the_check_in_are_chosen_by_their_words() -> None:
    for language in ("en", "es"):
        yes, no = buttons(language)
        both = [{"title": yes, "payload": "/check_in_yes"}, {"title": no, "payload": "/check_in_no"}]
        events = _said("check_in"), BotUttered("…", data={"buttons": both})
        assert [_read(text.lower(), *events).chosen for text in (yes, no)] == ["check_in_yes", "check_in_no"]


def test_beside_an_answer_the_numbers_are_those_of_the_check_in() -> None:
    yes, no = buttons("en")
    both = [{"title": yes, "payload": "/check_in_yes"}, {"title": no, "payload": "/check_in_no"}]
    events = _said("check_in"), BotUttered("…", data={"buttons": both}), _answer(*OFFERED)
    chosen = [_read(text, *events).chosen for text in ("1", "2", "3")]
    assert chosen == ["check_in_yes", "check_in_no", OFFERED[0]]


def test_only_the_buttons_under_the_last_reply_are_offered() -> None:
    before = _said("nlu_fallback"), _answer(*OFFERED)
    assert _read("1", *before, _said("greet")).chosen is None
    assert _read("1", *before, _said("greet"), BotUttered("Hello.")).chosen is None
    assert _read("1", *before, _said("ask_nausea"), _answer("ask_bladder")).chosen == "ask_bladder"


def test_buttons_count_wherever_they_stand_in_the_reply() -> None:
    reply = BotUttered("First, this."), _answer(*OFFERED), BotUttered("And that.")
    assert _read("2", _said("several_questions", "ask_nausea", "ask_cost"), *reply).chosen == OFFERED[1]


@pytest.mark.parametrize(
    "event",
    [
        BotUttered("…", data={"buttons": [{"title": SECRET}]}),
        BotUttered("…", data={"buttons": 5}),
        UserUttered("…", parse_data={"questions": [{"nothing": SECRET}]}),  # type: ignore[typeddict-unknown-key]
    ],
    ids=["half a button", "no buttons", "half a question"],
)
def test_what_makes_no_sense_is_logged_without_words_and_the_message_goes_on(
    event: Event, caplog: pytest.LogCaptureFixture
) -> None:
    assert _read(f"tell me more, {SECRET}", event) == read(f"tell me more, {SECRET}")
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert SECRET not in caplog.text


EVENTS: Any = st.one_of(
    st.builds(
        _said, st.sampled_from(["ask_nausea", "crisis", "check_in", "several_questions", "nlu_fallback", "gone"])
    ),
    st.builds(_answer, st.sampled_from(OFFERED)),
    st.just(BotUttered("…")),
)


@settings(deadline=None)
@given(st.text(st.characters()) | st.sampled_from(["1", "why", "tell me more"]), st.lists(EVENTS, max_size=8))
def test_any_text_is_read_in_any_conversation(text: str, events: list[Event]) -> None:
    (message,) = MessageReader().process([Message.build(text)], _tracker(*events))
    assert message.get("text") == text
    assert reading_of(message).windows == read(text).windows


def test_messages_without_text_are_read() -> None:
    messages = MessageReader().process([Message({}), Message({"text": ""})], _tracker(_said("ask_nausea")))
    assert [reading_of(message).windows for message in messages] == [("",), ("",)]
