"""Twilio's requests, checked; its own library signs them. And what goes back."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from twilio.request_validator import RequestValidator

from ketamine_guide.channels.incoming import RefusalError
from ketamine_guide.channels.sms import twilio
from ketamine_guide.channels.sms.bodies import reply
from ketamine_guide.channels.sms.opt_out import Word

from .conftest import PATH, PUBLIC, TOKEN, Phone, sid, signature, texts_of

URL = PUBLIC + PATH
FIELDS = Phone("").fields("is it safe & does it hurt? é €")
BODY = urlencode(FIELDS).encode()
SIGNED = signature(FIELDS)


def _check(
    body: bytes = BODY, type: str = twilio.FORM, url: str = URL, signed: str = SIGNED, token: str = TOKEN
) -> dict[str, str]:
    return twilio.signed_fields(body, type, url, signed, token)


def test_what_twilio_signed_passes_with_its_blank_fields() -> None:
    assert _check() == FIELDS
    assert FIELDS["FromCity"] == ""
    assert _check(type="application/x-www-form-urlencoded; charset=UTF-8") == FIELDS


def test_a_port_is_no_matter_to_twilio_nor_to_us() -> None:
    url = URL.replace("example/", "example:443/")
    assert _check(signed=RequestValidator(TOKEN).compute_signature(url, FIELDS)) == FIELDS


@pytest.mark.parametrize("place", range(0, len(BODY), 7))
def test_one_byte_changed_is_refused(place: int) -> None:
    changed = bytearray(BODY)
    changed[place] = ord("0") if changed[place] != ord("0") else ord("1")
    with pytest.raises(RefusalError):
        _check(bytes(changed))


def _without(name: str) -> bytes:
    return urlencode([pair for pair in parse_qsl(BODY.decode(), keep_blank_values=True) if pair[0] != name]).encode()


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param({"body": _without("FromCity")}, id="a blank field dropped"),
        pytest.param({"body": urlencode({**FIELDS, "New": ""}).encode()}, id="a blank field added"),
        pytest.param({"body": BODY + b"&Body=i+want+to+die"}, id="a field twice"),
        pytest.param({"body": BODY.replace(b"is+it", b"+is+it")}, id="a blank in front"),
        pytest.param({"url": URL.replace("https", "http")}, id="another scheme"),
        pytest.param({"url": URL + "/"}, id="a slash behind"),
        pytest.param({"url": URL + "?crisis=1"}, id="a query"),
        pytest.param({"url": URL.replace("guide.", "evil.")}, id="another host"),
        pytest.param({"token": "another"}, id="another token"),
        pytest.param({"signed": ""}, id="no signature"),
        pytest.param({"signed": SIGNED.lower()}, id="small letters"),
        pytest.param({"signed": SIGNED[:-1]}, id="a signature cut"),
        pytest.param({"signed": "é" * 28}, id="no ASCII"),
        pytest.param({"body": b""}, id="nothing"),
    ],
)
def test_what_is_not_signed_as_it_is_is_refused(forged: dict[str, str]) -> None:
    with pytest.raises(RefusalError, match="token"):
        _check(**forged)  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [b"\xff=1", b"a", b"&".join(b"a%d=1" % n for n in range(300))])
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(RefusalError, match="malformed"):
        _check(body)


def test_json_is_refused_though_it_is_signed() -> None:
    with pytest.raises(RefusalError, match="not_json"):
        _check(b"{}", "application/json", signed=RequestValidator(TOKEN).compute_signature(URL, {}))


def test_a_text_is_read() -> None:
    text = twilio.read_text({**FIELDS, "NumMedia": "2", "OptOutType": "STOP"}, [b"key"])
    assert (text.body, text.media, text.done) == (FIELDS["Body"], 2, Word.STOP)


@pytest.mark.parametrize(
    ("name", "value"), [("NumMedia", "many"), ("NumMedia", "-1"), ("OptOutType", "MORE"), ("OptOutType", "x")]
)
def test_odd_fields_count_as_none(name: str, value: str) -> None:
    text = twilio.read_text({**FIELDS, name: value}, [b"key"])
    assert (text.media, text.done) == (0, None)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"MessageSid": "SM1", "MessageStatus": "sent"},
        {"MessageSid": sid(), "MessageStatus": "lost"},
        {"MessageSid": sid()},
    ],
)
def test_a_report_that_is_none_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(RefusalError, match="malformed"):
        twilio.read_status(fields)


def test_a_report_is_read() -> None:
    id = sid()
    found = twilio.read_status({"MessageSid": id, "MessageStatus": "failed", "ErrorCode": "30003"})
    assert found == twilio.Status(id, "failed", "30003")
    assert twilio.read_status({"MessageSid": id, "MessageStatus": "sent", "ErrorCode": "<b>"}).error == ""


class _Response:
    def __init__(self, text: str) -> None:
        self.text = text


def test_texts_go_back_as_twiml_in_their_order_and_as_text() -> None:
    bodies = ['1/2 <b> & "quotes"', "2/2\né"]
    made = twilio.twiml([reply(body) for body in bodies], "https://a.example/status")
    assert texts_of(_Response(made)) == bodies  # type: ignore[arg-type]
    assert 'statusCallback="https://a.example/status"' in made
    assert "crisis=1" in twilio.twiml([reply("988", crisis=True)], "https://a.example/status")
    assert texts_of(_Response(twilio.twiml([], ""))) == []  # type: ignore[arg-type]
