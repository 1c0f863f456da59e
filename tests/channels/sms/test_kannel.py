"""Kannel's posts, checked, and what goes back."""

from __future__ import annotations

import base64

import pytest

from ketamine_guide.channels.incoming import RefusalError
from ketamine_guide.channels.sms import kannel
from ketamine_guide.channels.sms.bodies import reply

ALLOWED = "127.0.0.1, ::1"
HEADERS = {"x-kannel-from": "15550101234", "x-kannel-to": "9000", "content-type": 'text/plain; charset="UTF-8"'}


def _basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"])
def test_kannel_passes(address: str) -> None:
    kannel.check_caller(address, ALLOWED, _basic("guide:secret"), "secret")


@pytest.mark.parametrize(
    ("address", "authorization"),
    [
        ("127.0.0.2", _basic("guide:secret")),
        ("", _basic("guide:secret")),
        ("127.0.0.1", ""),
        ("127.0.0.1", _basic("guide:wrong")),
        ("127.0.0.1", _basic("guide:")),
        ("127.0.0.1", _basic("other:secret")),
        ("127.0.0.1", "Basic é"),
        ("127.0.0.1", "Bearer secret"),
    ],
)
def test_somebody_else_does_not(address: str, authorization: str) -> None:
    with pytest.raises(RefusalError, match="token"):
        kannel.check_caller(address, ALLOWED, authorization, "secret")


@pytest.mark.parametrize(
    ("type", "body"),
    [
        ('text/plain; charset="UTF-8"', "niño €".encode()),
        ('text/plain; charset="UTF-16BE"', "niño €".encode("utf-16-be")),
        ("text/plain; charset=WINDOWS-1252", "niño €".encode("cp1252")),
        ("text/plain", "niño €".encode()),
        ("text/plain; charset=unheard-of", "niño €".encode()),
    ],
)
def test_the_words_are_read_in_their_charset(type: str, body: bytes) -> None:
    assert kannel.read_text("id", HEADERS | {"content-type": type}, body, [b"key"]).body == "niño €"


@pytest.mark.parametrize("body", [b"\xff\xfe\xfd", b"\x00", bytes(range(256))])
def test_what_is_no_text_is_read_all_the_same(body: bytes) -> None:
    assert isinstance(kannel.read_text("id", HEADERS, body, [b"key"]).body, str)


@pytest.mark.parametrize(("id", "headers"), [("", HEADERS), ("id", {})])
def test_without_an_id_or_a_sender_it_is_refused(id: str, headers: dict[str, str]) -> None:
    with pytest.raises(RefusalError, match="malformed"):
        kannel.read_text(id, headers, b"hello", [b"key"])


def test_several_texts_go_back_as_one() -> None:
    assert kannel.response([reply("1/2 So."), reply("2/2 And so.")]) == "So.\nAnd so."
