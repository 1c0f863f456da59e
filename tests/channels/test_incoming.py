"""What clients send is checked, and only what was asked for is looked at."""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketamine_guide.channels import incoming
from ketamine_guide.channels.incoming import Message, RefusalError

ID = str(uuid.uuid4())
TOPICS = {"ask_nausea"}
SITES = {"https://clinic.example"}
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_a_message_has_words_or_a_choice() -> None:
    assert incoming.read_message({"id": ID, "text": "hello"}, TOPICS) == Message(ID, text="hello")
    assert incoming.read_message({"id": ID.upper(), "choice": "ask_nausea"}, TOPICS) == Message(ID, choice="ask_nausea")
    assert incoming.read_message({"id": ID, "choice": "check_in_yes"}, TOPICS).said == "/check_in_yes"


def test_who_speaks_and_on_which_channel_is_not_read_from_the_body() -> None:
    fields = {"id": ID, "text": "hello", "sender": "web-other", "input_channel": "sms", "metadata": {"a": 1}}
    assert incoming.read_message(fields, TOPICS) == Message(ID, text="hello")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"id": ID},
        {"text": "hello"},
        {"id": ID, "text": "hello", "choice": "ask_nausea"},
        {"id": ID, "text": ""},
        {"id": ID, "text": " \n "},
        {"id": ID, "text": None},
        {"id": ID, "text": 5},
        {"id": ID, "text": ["hello"]},
        {"id": "1", "text": "hello"},
        {"id": 1, "text": "hello"},
        {"id": ID + "\n", "text": "hello"},
        {"id": f"{{{ID}}}", "text": "hello"},
        {"id": None, "text": "hello"},
        {"id": ID, "choice": "restart"},
        {"id": ID, "choice": "ask_no_such_topic"},
        {"id": ID, "choice": "/ask_nausea"},
        {"id": ID, "choice": 'check_in_yes{"a": 1}'},
        {"id": ID, "choice": ["ask_nausea"]},
        {"id": ID, "choice": {}},
    ],
)
def test_a_message_that_is_not_whole_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(RefusalError, match="malformed"):
        incoming.read_message(fields, TOPICS)


@given(JSON)
def test_nothing_in_json_breaks_the_reading(value: Any) -> None:
    fields = {"id": value, "text": value, "reply": value, "topic": value, "helpful": value, "choice": value}
    for read in (incoming.read_message, incoming.read_feedback):
        with pytest.raises(RefusalError, match="malformed"):
            read(fields, TOPICS)
    with pytest.raises(RefusalError, match="malformed"):
        incoming.read_message({"id": ID, "choice": value}, TOPICS)


@given(st.binary())
def test_no_bytes_break_the_reading(body: bytes) -> None:
    with suppress(RefusalError):
        assert isinstance(incoming.read_fields(body), dict)


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b'"a"', b"null", b"{", b"\xff", b"[" * 15_000, b'{"a":' * 3_000])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(RefusalError, match="malformed"):
        incoming.read_fields(body)


@pytest.mark.parametrize("type", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_is_let_through(type: str) -> None:
    incoming.check_type(type)


@pytest.mark.parametrize(
    "type", ["", "text/plain", "text/plain; a=application/json", "application/jsonp", "multipart/form-data"]
)
def test_other_content_is_not(type: str) -> None:
    with pytest.raises(RefusalError, match="not_json"):
        incoming.check_type(type)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/restart", "restart"),
        ("//restart", "restart"),
        ("/check_in_yes", "check_in_yes"),
        (' \n/check_in_yes{"a": 1}', 'check_in_yes{"a": 1}'),
        ("/ask_nausea", "ask_nausea"),
        ("and/or", "and/or"),
        ("<b>hello</b>", "<b>hello</b>"),
    ],
)
def test_a_typed_slash_is_no_command(text: str, said: str) -> None:
    assert incoming.read_message({"id": ID, "text": text}, TOPICS).said == said


@given(st.text(min_size=1).filter(str.strip))
def test_no_text_becomes_a_payload_or_holds_half_a_character(text: str) -> None:
    said = incoming.read_message({"id": ID, "text": text}, TOPICS).said
    assert not said.strip().startswith("/")
    said.encode()


def test_halves_of_characters_are_replaced() -> None:
    fields = json.loads(f'{{"id": "{ID}", "text": "\\ud83d hello"}}')
    assert incoming.read_message(fields, TOPICS).text == "? hello"


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "guide.example"),
        ("https://clinic.example", "guide.example"),
        ("HTTPS://Clinic.example", "guide.example"),
        ("https://guide.example", "guide.example"),
        ("http://127.0.0.1:5005", "127.0.0.1:5005"),
    ],
)
def test_our_own_pages_and_the_named_sites_may_ask(origin: str | None, host: str) -> None:
    incoming.check_origin(origin, host, SITES)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("null", "guide.example"),
        ("", ""),
        ("https://evil.example", "guide.example"),
        ("http://clinic.example", "guide.example"),
        ("https://clinic.example.evil.example", "guide.example"),
        ("https://clinic.example:8443", "guide.example"),
        ("https://guide.example:8443", "guide.example"),
        ("https://guide.example@evil.example", "guide.example"),
        ("file://guide.example", "guide.example"),
        ("https://[", "guide.example"),
    ],
)
def test_others_may_not(origin: str, host: str) -> None:
    with pytest.raises(RefusalError, match="origin"):
        incoming.check_origin(origin, host, SITES)


def test_feedback_is_a_topic_and_a_yes_or_no() -> None:
    assert incoming.read_feedback({"reply": "1.0", "topic": "ask_nausea", "helpful": False}, TOPICS) == (
        "ask_nausea",
        False,
    )


@pytest.mark.parametrize(
    "changed",
    [{"topic": "ask_other"}, {"topic": None}, {"helpful": 1}, {"reply": ""}, {"reply": "x" * 65}, {"reply": 1}],
)
def test_other_feedback_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(RefusalError, match="malformed"):
        incoming.read_feedback({"reply": "1.0", "topic": "ask_nausea", "helpful": True} | changed, TOPICS)
