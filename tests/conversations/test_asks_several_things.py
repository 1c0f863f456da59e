"""A patient asks several things at once, or one thing in the middle of a long story."""

from __future__ import annotations

import pytest

from .conftest import Conversation


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        (
            "How long does one session take, and can it make me feel sick?",
            ["ask_session_length", "ask_nausea"],
        ),
        (
            "is spravato fda approved? also does ketamine do anything to your bladder",
            ["ask_fda_status", "ask_bladder"],
        ),
        (
            "1) who should not have it 2) how fast does it start to work",
            ["ask_not_suitable", "ask_speed_of_relief"],
        ),
    ],
)
def test_two_topics_are_both_answered_in_their_order(conversation: Conversation, text: str, topics: list[str]) -> None:
    conversation.user_says(text).bot_answers_each(*topics)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        (
            "Can it harm the bladder, is it advised in pregnancy, and do insurance plans in general pay for it?",
            ["ask_bladder", "ask_pregnancy", "ask_insurance"],
        ),
        (
            "what is spravato? does ketamine raise your blood pressure? and what even is glutamate?",
            ["ask_spravato", "ask_blood_pressure_rise", "ask_glutamate"],
        ),
    ],
)
def test_three_topics_are_all_answered(conversation: Conversation, text: str, topics: list[str]) -> None:
    conversation.user_says(text).bot_answers_each(*topics)


def test_what_is_asked_twice_is_answered_once(conversation: Conversation) -> None:
    conversation.user_says("Does it make people nauseous? I mean, is nausea common? And what are lozenges?")
    conversation.bot_answers_each("ask_nausea", "ask_lozenges")


@pytest.mark.parametrize(
    ("text", "refused", "answered"),
    [
        (
            "How long does one session take, and can I drive myself home after it?",
            "cannot_driving",
            "ask_session_length",
        ),
        ("how many mg would they give me? and does it make you dizzy", "cannot_dose", "ask_dizziness"),
        (
            "should i come off my lexapro before it, and how fast does it work",
            "cannot_stop_medicine",
            "ask_speed_of_relief",
        ),
    ],
)
def test_what_must_be_is_turned_down_first_and_the_rest_is_answered(
    conversation: Conversation, text: str, refused: str, answered: str
) -> None:
    conversation.user_says(text).bot_turns_down_first(refused).bot_answers_each(answered)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        (
            "I'm 61 and on a statin and a water tablet. Had my hip done last spring. Three antidepressants in nine "
            "years did next to nothing for me. How fast does ketamine start to work?",
            "ask_speed_of_relief",
        ),
        (
            "been on venlafaxine forever, mirtazapine before that, mum is in a home and i dont sleep much. my sister "
            "got me reading about this. are there lab tests before they start treatment",
            "ask_lab_tests",
        ),
    ],
)
def test_one_question_in_a_medicine_history_is_answered(conversation: Conversation, text: str, topic: str) -> None:
    conversation.user_says(text).bot_answers_each(topic)


@pytest.mark.parametrize(
    "text",
    [
        "Do insurance plans cover this? Also my chest hurts badly and I can't breathe right since the drip.",
        "my lips and tongue are swelling up after the spray. is nausea a common side effect?",
        "how long does a session take, and what do I do, she had a seizure and won't wake up?",
    ],
)
def test_an_urgent_symptom_beside_a_question_is_answered_alone(conversation: Conversation, text: str) -> None:
    conversation.user_says("hello")
    conversation.user_says(text).bot_replies("urgent_symptoms")
    assert len(conversation.messages) == 1
    assert conversation.reply.startswith("Call 911 now")
    assert conversation.buttons == []


def test_a_crisis_beside_questions_is_answered_alone(conversation: Conversation) -> None:
    conversation.user_says("how long is a session, does it hurt, and i don't want to be alive anymore")
    conversation.bot_gives_the_crisis_reply()
