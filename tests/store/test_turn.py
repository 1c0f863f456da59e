"""A crisis turn is read from whatever Rasa's event holds, and the doubt is on the safe side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketamine_guide.store.turn import KINDS, Turn, keyed_hash

from .conftest import turn

_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
_entity = st.fixed_dictionaries({}, optional={"entity": st.just("crisis_kind") | _json, "value": _json})


def test_an_event_gives_all_that_is_recorded() -> None:
    event = {
        "text": "the words",
        "message_id": "m1",
        "input_channel": "sms",
        "metadata": {"model_id": "105b8f6a"},
        "parse_data": {
            "entities": [
                {"entity": "crisis_kind", "value": "imminent"},
                {"entity": "crisis_language", "value": "es"},
                {"entity": "crisis_version", "value": "2026-11"},
            ]
        },
    }
    found = Turn.from_event("+15550100", 1_795_456_399.5, event)
    assert (found.message, found.channel, found.kind, found.language) == ("m1", "sms", "imminent", "es")
    assert (found.model, found.lexicon_version, found.text) == ("105b8f6a", "2026-11", "the words")
    assert found.at.isoformat() == "2026-11-23T17:53:19.500000+00:00"


def test_an_empty_event_is_an_active_crisis_that_its_time_tells_apart() -> None:
    found = Turn.from_event("+15550100", 12.5, {})
    assert (found.kind, found.language, found.channel, found.message) == ("active", "en", "unknown", "12.5")


@given(
    st.dictionaries(st.sampled_from(["text", "message_id", "input_channel", "metadata", "parse_data"]), _json)
    | st.fixed_dictionaries({"parse_data": st.fixed_dictionaries({"entities": st.lists(_entity)})})
)
def test_no_event_is_too_odd(event: dict[str, object]) -> None:
    found = Turn.from_event("+15550100", 1.0, event)
    assert found.kind in KINDS
    assert len(found.key(b"key")) == 64
    f"{found.text}{found.model}{found.lexicon_version}{found.channel}".encode()
    assert "\x00" not in found.text


@pytest.mark.parametrize("channel", ["+15550100", "555-0100", "i want to die", "Rest", "", 7, "x" * 33])
def test_a_channel_that_is_no_name_is_not_kept(channel: object) -> None:
    assert Turn.from_event("s", 1.0, {"input_channel": channel}).channel in {"other", "unknown"}


def test_a_turn_does_not_show_sender_or_words() -> None:
    assert "5550100" not in repr(turn())
    assert "words" not in repr(turn())


@given(st.text(), st.text(), st.binary(min_size=1))
def test_a_hash_tells_the_same_sender_again_and_depends_on_the_key(one: str, other: str, key: bytes) -> None:
    assert (keyed_hash(one, key) == keyed_hash(other, key)) == (one == other)
    assert keyed_hash(one, key) != keyed_hash(one, key + b"x")


def test_a_key_tells_sender_and_message_apart() -> None:
    keys = {turn(message, sender=sender).key(b"k") for sender, message in [("a", "bc"), ("ab", "c"), ("a", "b")]}
    assert len(keys) == 3
