"""An alert carries a number and a kind, and nothing of the patient's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from ketamine_guide.alerts.message import email, webhook_body
from ketamine_guide.settings import Settings
from ketamine_guide.store import escalations, outbox
from ketamine_guide.store.outbox import Alert
from ketamine_guide.store.turn import Turn, keyed_hash

FROM, TO = "Guide <guide@clinic.example>", ["a@clinic.example", "b@clinic.example"]


def test_a_posted_alert_says_what_there_is_and_how_to_see_it(alert: Alert) -> None:
    assert json.loads(webhook_body(alert)) == {
        "id": 7,
        "kind": "imminent",
        "time": "2026-11-23T17:53:19+00:00",
        "channel": "sms",
        "list": "python -m ketamine_guide.escalations list",
    }


def test_an_e_mail_says_what_there_is_and_how_to_take_it_on(alert: Alert) -> None:
    mail = email(alert, FROM, TO)
    assert (mail["Subject"], mail["From"], mail["To"]) == ("Escalation 7: imminent", FROM, ", ".join(TO))
    text = mail.get_content()
    assert "Time:     2026-11-23 17:53 UTC" in text
    assert "Channel:  sms" in text
    assert "acknowledge 7 --by NAME" in text


def test_an_e_mail_that_is_sent_again_is_known_to_be_the_same(alert: Alert) -> None:
    assert email(alert, FROM, TO)["Message-ID"] == email(alert, FROM, TO)["Message-ID"]
    assert email(alert, FROM, TO)["Message-ID"] == "<escalation-7@clinic.example>"


def test_an_address_cannot_add_a_header(alert: Alert) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        email(alert, "guide@clinic.example\nBcc: all@clinic.example", TO)


def test_an_alert_carries_no_words_and_no_sender(database: Engine, chosen: Settings) -> None:
    said = {"text": "the words themselves", "message_id": "SM123", "input_channel": "+15550100"}
    turn = Turn.from_event("+15550100", 1_795_456_399.5, said)
    escalations.record(database, turn, chosen.copy(update={"keep_crisis_text": True}))
    alert = outbox.claim(database, ["email"], datetime.now(UTC) + timedelta(minutes=1))
    assert alert
    for sent in (webhook_body(alert).decode(), email(alert, FROM, TO).as_string()):
        for private in ("words", "5550100", "SM123", keyed_hash("+15550100", b"a key")):
            assert private not in sent
