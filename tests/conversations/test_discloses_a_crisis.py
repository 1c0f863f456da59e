"""Somebody tells that they, or someone else, may be in danger."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select

from ketamine_guide.launch import private_bot
from ketamine_guide.store.escalations import escalations

from .conftest import Conversation


@pytest.mark.parametrize(
    "text",
    [
        "i want to kill myself",
        "i don't want to live anymore",
        "I'm suicidal",
        "hello, what does it cost? i want to die",
        "my son said he wants to kill himself",
    ],
)
def test_the_numbers_come_first(conversation: Conversation, text: str) -> None:
    conversation.user_says(text).bot_gives_the_crisis_reply()


def test_it_comes_in_the_middle_of_anything_and_the_talk_goes_on(conversation: Conversation) -> None:
    conversation.user_says("can it cause nausea?").bot_answers("ask_nausea")
    conversation.user_says("i want to end my life").bot_gives_the_crisis_reply()
    conversation.user_says("how long does a session take?").bot_answers("ask_session_length")


@pytest.mark.parametrize("text", ["i am not suicidal", "i'm dying to know how it works", "no thoughts of suicide"])
def test_denials_and_idioms_are_not_met_with_the_crisis_reply(conversation: Conversation, text: str) -> None:
    conversation.user_says(text).bot_gives_no_crisis_reply()


def test_it_is_recorded_once_without_words_or_sender(tmp_path: Path) -> None:
    with private_bot(tmp_path) as own:
        own.say("i want to kill myself, says Jane Doe", sender="jane-doe-555-0100")
        with create_engine(f"sqlite:///{tmp_path / 'guide.db'}").connect() as database:
            (row,) = database.execute(select(escalations)).all()
        assert (row.kind, row.status, row.channel) == ("active", "open", "rest")
        assert "jane" not in (tmp_path / "guide.db").read_bytes().decode(errors="ignore").lower()
        assert "jane" not in (tmp_path / "guide.log").read_text().lower()


def test_the_reply_survives_a_dead_action_server(tmp_path: Path) -> None:
    with private_bot(tmp_path) as own:
        own.actions.terminate()
        own.actions.wait(10)
        started = time.monotonic()
        (reply,) = own.say("i want to kill myself", sender="someone")
        assert "988" in str(reply["text"])
        assert time.monotonic() - started < 2
