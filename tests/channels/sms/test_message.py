"""A text without its number: hashes that tell phones apart, survive another spelling, and outlive a key."""

from __future__ import annotations

import pytest

from ketamine_guide.channels.incoming import RefusalError
from ketamine_guide.channels.sms.loops import Loops
from ketamine_guide.channels.sms.message import Text, text_from

KEY, OLD = b"a key", b"a former key"
NUMBER, LINE = "+15550101234", "+15550109999"


def _text(number: str = NUMBER, *, keys: tuple[bytes, ...] = (KEY,), **more: str) -> Text:
    return text_from("twilio", **({"id": "SM1", "line": LINE, "body": "hello"} | more), number=number, keys=keys)  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["15550101234", "0015550101234", "+1 (555) 010-1234", " +1.555.010.1234 "])
def test_a_number_is_the_same_however_it_is_written(written: str) -> None:
    assert _text(written) == _text()


def test_phones_lines_keys_and_gateways_are_told_apart() -> None:
    assert _text("+15550101235").sender != _text().sender
    assert _text(keys=(OLD,)).sender != _text().sender
    assert _text(line="+15550108888").opt_out_hashes != _text().opt_out_hashes
    assert _text(line="+15550108888").sender == _text().sender
    assert _text(id="SM2").id != _text().id
    other = text_from("kannel", id="SM1", number=NUMBER, line=LINE, body="", keys=[KEY])
    assert (other.sender, other.id == _text().id) == (_text().sender, False)


def test_with_a_new_key_an_earlier_opt_out_is_still_found() -> None:
    before = _text(keys=(OLD,)).opt_out_hashes[0]
    assert before in _text(keys=(KEY, OLD)).opt_out_hashes
    assert _text(keys=(KEY, OLD)).opt_out_hashes[0] != before


def test_nothing_of_the_number_or_the_words_is_left() -> None:
    shown = repr(_text(body="my own words"))
    assert "0101234" not in shown
    assert "my own words" not in shown
    assert _text().sender.startswith("sms-")
    assert len(_text().sender) == 4 + 64


@pytest.mark.parametrize(
    ("number", "person"),
    [
        (NUMBER, True),
        (LINE, False),
        ("72345", False),
        ("988", False),
        ("CLINIC", False),
        ("1" * 16, False),
        ("+", False),
    ],
)
def test_services_and_our_own_number_are_no_persons(number: str, person: bool) -> None:
    assert _text(number).from_person is person


@pytest.mark.parametrize(("id", "number"), [("", NUMBER), ("x" * 129, NUMBER), ("SM1", ""), ("SM1", "  ")])
def test_what_has_no_number_or_sender_is_refused(id: str, number: str) -> None:
    with pytest.raises(RefusalError, match="malformed"):
        _text(number, id=id)


@pytest.mark.parametrize(("body", "words"), [("", False), (" \n\u200b\ufeff", False), ("👍", True), ("?", True)])
def test_words_are_what_can_be_read(body: str, words: bool) -> None:
    assert _text(body=body).has_words is words


def test_halves_of_characters_do_not_pass() -> None:
    assert _text(body="a\ud83db").body == "a?b"


def test_the_third_of_the_same_is_a_loop() -> None:
    loops = Loops()
    notice = "I am driving, back in {} minutes"
    assert [loops.looped("a", notice.format(n), n) for n in range(4)] == [False, False, True, True]
    assert not loops.looped("b", notice, 4)
    assert not loops.looped("a", "what about nausea and the like", 5)
    assert [loops.looped("a", notice, now) for now in (10, 20, 5000)] == [False] * 3


def test_short_answers_are_no_loop() -> None:
    loops = Loops()
    assert not any(loops.looped("a", "1", now) for now in range(10))


def test_memory_is_bounded() -> None:
    loops = Loops()
    for number in range(10_010):
        loops.looped(str(number), "a text of four words", 0)
    assert len(vars(loops)["_last"]) == 10_000
