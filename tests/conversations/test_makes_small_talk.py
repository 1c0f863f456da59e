"""A patient greets, thanks, leaves, and asks whom they are talking to."""

from __future__ import annotations

import pytest

from .conftest import Conversation


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("good morning", "greet"),
        ("thank you so much", "thanks"),
        ("bye for now", "goodbye"),
        ("are you a robot?", "bot_identity"),
        ("is this a real nurse", "bot_identity"),
        ("what can you help me with", "what_can_you_do"),
        ("let me talk to a human", "talk_to_person"),
        ("will you be my therapist", "be_my_therapist"),
        ("how can i make these text messages stop coming to my phone", "stop_texts"),
        ("i texted stop by mistake, can i get the texts again", "start_texts"),
        ("everything is so heavy today, i cried all morning", "feeling_low"),
    ],
)
def test_it_answers_in_kind(conversation: Conversation, text: str, kind: str) -> None:
    conversation.user_says(text).bot_introduces_itself().bot_replies(kind)
