"""The screen is unsure: the person is met kindly and asked plainly, and their answer is believed."""

from __future__ import annotations

import pytest

from .conftest import Conversation

UNSURE = "whats the point of anything"


def test_a_plain_question_with_the_crisis_line_and_two_buttons(conversation: Conversation) -> None:
    conversation.user_says(UNSURE).bot_checks_in()
    assert "988" in conversation.reply


@pytest.mark.parametrize("answer", ["/check_in_yes", "yes", "kind of", "sometimes i guess"])
def test_yes_or_anything_near_it_is_a_crisis(conversation: Conversation, answer: str) -> None:
    conversation.user_says(UNSURE).bot_checks_in()
    conversation.user_says(answer).bot_gives_the_crisis_reply()


@pytest.mark.parametrize("answer", ["/check_in_no", "no", "nope not at all"])
def test_no_is_believed_and_the_line_stays(conversation: Conversation, answer: str) -> None:
    conversation.user_says(UNSURE).bot_checks_in()
    conversation.user_says(answer).bot_gives_no_crisis_reply()
    assert "I believe you" in conversation.reply
    assert "988" in conversation.reply


def test_when_it_is_unsure_again_it_asks_in_other_words_and_yes_still_counts(conversation: Conversation) -> None:
    conversation.user_says(UNSURE).bot_checks_in()
    conversation.user_says(UNSURE)
    assert "still like to be sure" in conversation.reply
    assert "988" in conversation.reply
    conversation.user_says("yes").bot_gives_the_crisis_reply()


def test_yes_without_a_question_is_no_crisis(conversation: Conversation) -> None:
    conversation.user_says("can it cause nausea?").bot_answers("ask_nausea")
    conversation.user_says("yes").bot_gives_no_crisis_reply()


def test_another_topic_closes_the_question(conversation: Conversation) -> None:
    conversation.user_says(UNSURE).bot_checks_in()
    conversation.user_says("can it cause nausea?").bot_answers("ask_nausea")
    conversation.user_says("yes").bot_gives_no_crisis_reply()


def test_after_a_crisis_the_line_stays_and_the_talk_goes_on(conversation: Conversation) -> None:
    conversation.user_says("i want to kill myself").bot_gives_the_crisis_reply()
    conversation.user_says("can it cause nausea?").bot_answers("ask_nausea")
    assert "988" in conversation.reply.splitlines()[-1]
    conversation.user_says("forget it, i didn't mean that").bot_gives_no_crisis_reply()
    assert "988" in conversation.reply
    conversation.user_says("i'm safe now, my sister is with me").bot_gives_no_crisis_reply()
    assert "988" in conversation.reply


def test_spanish_is_answered_in_spanish(conversation: Conversation) -> None:
    conversation.user_says("ya no quiero vivir")
    assert "llame al 988" in conversation.reply
    assert "911" in conversation.reply
