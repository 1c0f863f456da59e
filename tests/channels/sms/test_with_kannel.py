"""Text messages through a real Kannel, its own phones at one end and a real Rasa at the other."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ketamine_guide.launch import free_port, running_bot
from tests.channels.conftest import Guide

from .conftest import MANY, PASSWORD, SETTINGS
from .kannel_network import LINE, Disturbed, Network, disturbed, network, text, unicode_text
from .test_sms import CRISIS, escalations, senders

# Of three words at most: so many are sent that the same comes often in a row, and longer ones would be a loop.
# None of them is in a text of ours, so that each is found where it was kept.
QUESTIONS = ["nausea or nah", "addictive or nah", "dizzy or nah", "hello", "thanks", "how long?", "does it hurt?"]
DISTRESS = "wanna kill myself"


def _phone() -> str:
    return f"1555{secrets.randbelow(10**7):07}"


@pytest.fixture(scope="module")
def line(sms_guide: Guide) -> Iterator[Disturbed]:
    with disturbed(sms_guide.server) as found:
        yield found


@pytest.fixture(scope="module")
def phones(line: Disturbed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with network(tmp_path_factory.mktemp("kannel"), line.url) as found:
        yield found


def test_a_question_is_answered_in_one_text_that_phones_put_together(phones: Network) -> None:
    phone = _phone()
    ((to, words),) = phones.send(text(phone, "can it cause nausea?"))
    assert to == phone
    assert words.startswith("Riverside Clinic") or words.startswith("Automated")
    assert "Source: Common Side Effects" in words
    assert "\nReply 1, 2 or 3:\n1 " in words
    assert "1/2" not in words
    ((_, chosen),) = phones.send(text(phone, "2"))
    assert "Source: " in chosen


def test_a_crisis_is_answered_and_recorded(sms_guide: Guide, phones: Network) -> None:
    before = len(escalations(sms_guide))
    ((_, words),) = phones.send(text(_phone(), CRISIS))
    assert words.startswith("I'm glad you told me")
    assert len(words) <= 160
    assert len(escalations(sms_guide, before + 1)) == before + 1


def test_after_stop_no_phone_gets_anything(phones: Network) -> None:
    phone = _phone()
    ((_, words),) = phones.send(text(phone, "please stop texting me"))
    assert "no more texts" in words
    assert phones.send(text(phone, "hello"), wait=12) == []
    ((_, back),) = phones.send(text(phone, "START"))
    assert "you can text us" in back


def test_unicode_comes_in_and_nothing_goes_out_as_a_question_mark(sms_guide: Guide, phones: Network) -> None:
    phone, words = _phone(), "¿Puede causar náuseas? 日本 👍 “so”"
    before = set(senders(sms_guide))
    ((_, answer),) = phones.send(unicode_text(phone, words))
    (sender,) = set(senders(sms_guide)) - before
    assert [event["text"] for event in sms_guide.events(sender)] == [words]
    assert "??" not in answer


@pytest.mark.parametrize("fault", ["500", "silence"])
def test_what_is_delivered_again_is_one_turn(sms_guide: Guide, phones: Network, line: Disturbed, fault: str) -> None:
    phone = _phone()
    line.faults[phone] = fault
    before, known = set(senders(sms_guide)), dict(line.deliveries)
    got = phones.send(text(phone, "can it cause nausea?"), until=2, wait=25)
    again = {id: times for id, times in line.deliveries.items() if id not in known}
    assert list(again.values()) == [2]
    (sender,) = set(senders(sms_guide)) - before
    assert len(sms_guide.events(sender)) == 1
    assert sum("Source: Common Side Effects" in words for _, words in got) == 1


def test_somebody_else_is_refused(sms_guide: Guide) -> None:
    url = f"{sms_guide.server}/webhooks/sms/kannel?id=1"
    headers = {"X-Kannel-From": _phone(), "X-Kannel-To": LINE}
    for credentials in (None, ("guide", "wrong"), ("other", PASSWORD)):
        assert requests.post(url, b"hello", headers=headers, auth=credentials, timeout=10).status_code == 403
    assert requests.post(url, b"hello", headers=headers, auth=("guide", PASSWORD), timeout=30).status_code == 200
    large = requests.post(url, b"x" * 20_000, headers=headers, auth=("guide", PASSWORD), timeout=10)
    assert large.status_code == 413


def test_two_hundred_texts_leave_neither_number_nor_words(sms_guide: Guide, phones: Network, line: Disturbed) -> None:
    numbers = [_phone() for _ in range(10)]
    known, answered = set(line.deliveries), len(line.statuses)
    messages = [text(number, words) for number in numbers for words in (*QUESTIONS, DISTRESS, "STOP", "START")]
    got = phones.send(*messages, times=200, seconds=0.4, until=10_000, wait=15)
    assert len(set(line.deliveries) - known) == 200
    assert set(line.statuses[answered:]) == {200}
    assert {to for to, _ in got} <= set(numbers)
    assert 100 <= len(got) <= 200
    assert not [words for _, words in got if "Empty reply" in words or "can't answer just now" in words]

    artefacts = {path: path.read_bytes() for path in sms_guide.folder.rglob("*") if path.is_file()}
    assert {"guide.log", "guide.db", "conversations.db"} <= {path.name for path in artefacts}
    for path, content in artefacts.items():
        assert not [number for number in numbers if number.encode() in content], path
    # A conversation's words are in Rasa's conversations alone, which answer by them.
    log = sms_guide.log
    for words in (*QUESTIONS[:3], DISTRESS, CRISIS):
        assert words not in log
        assert not [
            path
            for path, content in artefacts.items()
            if words.encode() in content and "conversations" not in path.name
        ]
    with sqlite3.connect(sms_guide.folder / "conversations.db") as database:
        assert all(row[0].startswith("sms-") for row in database.execute("SELECT DISTINCT sender_id FROM events"))


def test_while_the_guide_is_down_phones_get_the_crisis_line_and_later_answers(tmp_path: Path) -> None:
    port, actions_port = free_port(), free_port()
    own = {
        "KETAMINE_GUIDE_DATABASE_URL": f"sqlite:///{tmp_path / 'guide.db'}",
        "KETAMINE_GUIDE_CONVERSATIONS_URL": f"sqlite:///{tmp_path / 'conversations.db'}",
        "KETAMINE_GUIDE_SECRET": "a key",
        **SETTINGS,
        **MANY,
    }
    phone = _phone()
    with disturbed(f"http://127.0.0.1:{port}") as line, network(tmp_path, line.url) as phones:
        for _ in range(2):
            with (
                (tmp_path / "log").open("wb") as log,
                running_bot(tmp_path / "conversations.db", port, actions_port, log, settings=own),
            ):
                assert "Source:" in phones.send(text(phone, "can it cause nausea?"))[0][1]
            down = phones.send(text(phone, CRISIS), wait=30)
            assert down
            assert all("988" in words and "911" in words for _, words in down)
            time.sleep(1)
