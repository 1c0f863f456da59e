"""A patient asks what the document answers."""

from __future__ import annotations

import pytest

from ketamine_guide.content.library import load

from .conftest import Conversation


@pytest.mark.parametrize("topic", sorted(load().topics))
def test_every_topic_is_answered_with_source_disclaimer_and_next_questions(
    conversation: Conversation, topic: str
) -> None:
    conversation.user_says(f"/{topic}").bot_answers(topic)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("What is the normal length of a treatment session?", "ask_session_length"),
        ("hw many infusons do u get in the first rounds", "ask_number_of_sessions"),
        ("my brother says it wrecks your bladder, is there anything to it", "ask_bladder"),
        ("Is esketamine approved by the FDA?", "ask_fda_status"),
        ("can pregnant women have it", "ask_pregnancy"),
        ("who wrote the article this is based on?", "ask_who_wrote_this"),
    ],
)
def test_own_words_find_the_answer(conversation: Conversation, text: str, topic: str) -> None:
    conversation.user_says(text).bot_answers(topic)


def test_the_first_reply_introduces_the_guide_and_no_later_one_does(conversation: Conversation) -> None:
    conversation.user_says("How long does a session take?").bot_introduces_itself().bot_answers("ask_session_length")
    conversation.user_says("Can it cause nausea?").bot_does_not_introduce_itself_again().bot_answers("ask_nausea")


def test_a_button_leads_to_its_topic(conversation: Conversation) -> None:
    conversation.user_says("How long does a session take?")
    first = conversation.buttons[0]["payload"].removeprefix("/")
    conversation.user_presses(0).bot_answers(first)


def test_a_question_about_suicidal_thoughts_is_answered_with_the_crisis_line_after_it(
    conversation: Conversation,
) -> None:
    conversation.user_says("does ketamine help with suicidal thoughts?")
    conversation.bot_answers("ask_suicidal_thoughts_research").bot_gives_no_crisis_reply()
    assert "call or text 988" in conversation.reply.splitlines()[-1]
