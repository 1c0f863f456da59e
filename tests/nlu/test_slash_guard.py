"""A leading slash is a word like any other, but for our own buttons."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.nlu.training_data.message import Message

from ketamine_guide.nlu.slash_guard import SlashGuard, neutralise

PAYLOADS = re.compile("/ask_[a-z_]+|/talk_to_person")


@pytest.mark.parametrize("text", ["/ask_bladder", " /ask_bladder ", "/talk_to_person"])
def test_a_buttons_payload_is_let_through(text: str) -> None:
    assert neutralise(text, PAYLOADS) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/restart", "restart"),
        ("  //restart", "restart"),
        ("/ /restart", "restart"),
        ('/ask_bladder{"a": 1}', 'ask_bladder{"a": 1}'),
        ("/ask_bladder@1 i want to die", "ask_bladder@1 i want to die"),
        ("/ASK_BLADDER", "ASK_BLADDER"),
        ("/", ""),
        ("and/or", "and/or"),
        ("", ""),
    ],
)
def test_everything_else_loses_it(text: str, words: str) -> None:
    assert neutralise(text, PAYLOADS) == words


@given(st.text(alphabet=st.sampled_from(list("/ask_bladder@{}1 \t\n\u2028ß")), max_size=40))
def test_nothing_that_rasa_would_obey_comes_through(text: str) -> None:
    left = neutralise(text, PAYLOADS).strip()
    assert not left.startswith("/") or PAYLOADS.fullmatch(left)


def test_the_component_neutralises_messages_in_place() -> None:
    messages = [Message.build("/restart"), Message.build("/talk_to_person"), Message({})]
    SlashGuard(["/talk_to_person"]).process(messages)
    assert [message.get("text") for message in messages] == ["restart", "/talk_to_person", ""]


def test_without_payloads_every_slash_goes() -> None:
    (message,) = SlashGuard([]).process([Message.build("/talk_to_person")])
    assert message.get("text") == "talk_to_person"
