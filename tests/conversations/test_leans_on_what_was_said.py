"""A patient's message leans on the answer before it."""

from __future__ import annotations

import pytest

from ketamine_guide.content.library import Library
from ketamine_guide.launch import Bot

from .conftest import Conversation


@pytest.mark.parametrize(
    ("before", "text", "topic"),
    [
        ("ask_iv_infusion", "and the nasal one?", "ask_spravato"),
        ("ask_routes", "ok so whats the nose one", "ask_spravato"),
        ("ask_iv_infusion", "how long does that take?", "ask_session_length"),
        ("ask_course_overview", "how long does each one take", "ask_session_length"),
        ("ask_routes", "what about side effects?", "ask_side_effects"),
        ("ask_how_it_works", "ok and the side effects", "ask_side_effects"),
        ("ask_what_it_is_for", "is that safe if I'm breastfeeding?", "ask_pregnancy"),
        ("ask_nausea", "and does it wear off?", "ask_nausea"),
        ("ask_maintenance", "how often again", "ask_maintenance"),
    ],
)
def test_it_is_answered_in_the_light_of_that_answer(
    conversation: Conversation, before: str, text: str, topic: str
) -> None:
    conversation.user_says(f"/{before}").bot_answers(before)
    conversation.user_says(text).bot_answers(topic)


def test_it_leans_on_a_typed_question_as_on_a_button(conversation: Conversation) -> None:
    conversation.user_says("what is an iv infusion?").bot_answers("ask_iv_infusion")
    conversation.user_says("and how long does that take?").bot_answers("ask_session_length")


def test_of_several_answers_it_leans_on_the_last(conversation: Conversation) -> None:
    conversation.user_says("does it make you nauseous, and what are lozenges?")
    conversation.bot_answers_each("ask_nausea", "ask_lozenges")
    conversation.user_says("and the nasal one?").bot_answers("ask_spravato")


@pytest.mark.parametrize("text", ["tell me more", "Could you tell me some more about that?", "more pls"])
def test_more_is_the_next_related_topic_and_then_the_one_after(
    conversation: Conversation, content: Library, text: str
) -> None:
    first = content.topics["ask_glutamate"].related[0]
    second = next(name for name in content.topics[first].related if name != "ask_glutamate")
    conversation.user_says("/ask_glutamate").bot_answers("ask_glutamate")
    conversation.user_says(text).bot_answers(first)
    conversation.user_says(text).bot_answers(second)


@pytest.mark.parametrize("text", ["why?", "but why is that"])
def test_a_reason_that_the_document_does_not_give_is_not_made_up(conversation: Conversation, text: str) -> None:
    conversation.user_says("/ask_not_suitable").bot_answers("ask_not_suitable")
    conversation.user_says(text).bot_replies("follow_why")


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("said", [["1", "number 2", "the third one"], ["first", "second", "the last one"]])
def test_an_offered_topic_is_chosen_by_its_number(conversation: Conversation, said: list[str], number: int) -> None:
    conversation.user_says("???").bot_offers_topics()
    payload = conversation.buttons[number]["payload"]
    conversation.user_says(said[number]).bot_answers(payload.removeprefix("/"))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_offered_topic_is_chosen_by_its_words(conversation: Conversation, number: int) -> None:
    conversation.user_says("/ask_iv_infusion").bot_answers("ask_iv_infusion")
    button = conversation.buttons[number]
    conversation.user_says(button["title"].lower().rstrip("?")).bot_answers(button["payload"].removeprefix("/"))


def test_a_number_without_anything_offered_chooses_nothing(conversation: Conversation) -> None:
    conversation.user_says("hello").bot_replies("greet")
    conversation.user_says("2")
    assert "Source:" not in conversation.reply


def test_a_topic_is_in_hand_until_three_other_messages(conversation: Conversation, bot: Bot, content: Library) -> None:
    other = Conversation(bot, content)
    others = ["hello", "thank you", "are you a robot?"]
    for text in others:
        other.user_says(text)
    conversation.user_says("/ask_lozenges").bot_answers("ask_lozenges")
    for text in others[:2]:
        conversation.user_says(text)
    conversation.user_says("and the nasal one, how often?").bot_answers("ask_spravato_schedule")
    conversation.user_says("/ask_maintenance").bot_answers("ask_maintenance")
    for text in others:
        conversation.user_says(text)
    assert conversation.user_says("how often?").reply == other.user_says("how often?").reply


@pytest.mark.parametrize("text", ["and for those?", "those ones?"])
def test_with_nothing_to_lean_on_topics_are_offered(conversation: Conversation, text: str) -> None:
    conversation.user_says(text).bot_offers_topics()


def test_with_nothing_to_go_on_with_it_asks(conversation: Conversation) -> None:
    conversation.user_says("tell me more").bot_replies("follow_more")
    assert "What would you like to know more about?" in conversation.reply
