"""A patient's message is not understood."""

from __future__ import annotations

from .conftest import Conversation


def test_topics_are_offered_and_the_second_time_a_person(conversation: Conversation) -> None:
    conversation.user_says("???").bot_offers_topics()
    conversation.user_says("🤷").bot_points_to_a_person()


def test_an_answer_in_between_starts_the_count_anew(conversation: Conversation) -> None:
    conversation.user_says("???").bot_offers_topics()
    conversation.user_says("can it cause nausea?").bot_answers("ask_nausea")
    conversation.user_says("🤷").bot_offers_topics()
