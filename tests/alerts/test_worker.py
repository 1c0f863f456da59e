"""The worker: what was missed is recorded, what is due is sent at least once, and no error ends it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from ketamine_guide.alerts import worker
from ketamine_guide.alerts.worker import AlertSettingsError, deliver_due, one_pass, run_forever, ways
from ketamine_guide.settings import Settings
from ketamine_guide.store import escalations, outbox, unanswered
from ketamine_guide.store.unanswered import Unanswered

from ..store.conftest import Conversations, turn
from .conftest import SECRET, MailServer, Receiver

GOING = Event()


@pytest.fixture
def listening(chosen: Settings, receiver: Receiver, mail_server: MailServer) -> Settings:
    """Settings whose routes lead to the two servers."""
    return chosen.copy(update={"alert_webhook_url": receiver.url, "smtp_port": mail_server.port})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """How far the worker's clock is ahead; a test moves it on instead of waiting."""
    ahead = [timedelta()]

    class Clock:
        @staticmethod
        def now(zone: Any) -> datetime:
            return datetime.now(zone) + ahead[0]

    monkeypatch.setattr(worker, "datetime", Clock)
    return ahead


def test_a_recorded_crisis_goes_out_on_both_routes_once(
    database: Engine, listening: Settings, receiver: Receiver, mail_server: MailServer
) -> None:
    number = escalations.record(database, turn(), listening)
    for _ in range(3):
        one_pass(listening, ways(listening), GOING)
    assert receiver.ids == [number]
    assert len(mail_server.mails) == 1
    assert outbox.states(database, [number]) == {number: {"webhook": "sent", "email": "sent"}}


def test_a_turn_that_the_action_server_missed_goes_out_once(
    database: Engine, listening: Settings, receiver: Receiver, conversations: Conversations
) -> None:
    chosen = listening.copy(update={"conversations_url": conversations.url})
    conversations.say("m1", datetime.now(UTC))
    for _ in range(3):
        one_pass(chosen, ways(chosen), GOING)
    assert len(receiver.ids) == 1
    assert len(escalations.open_list(database)) == 1


def test_a_receiver_that_fails_twice_gets_it_the_third_time(
    database: Engine, listening: Settings, receiver: Receiver, clock: list[timedelta]
) -> None:
    receiver.statuses = [500, 500]
    number = escalations.record(database, turn(), listening)
    for ahead, arrived, state in [
        (0, 1, "pending"),
        (4, 1, "pending"),
        (6, 2, "pending"),
        (17, 3, "sent"),
        (99, 3, "sent"),
    ]:
        clock[0] = timedelta(seconds=ahead)
        deliver_due(database, ways(listening), GOING)
        assert len(receiver.bodies) == arrived
        assert outbox.states(database, [number])[number]["webhook"] == state
    assert receiver.ids == [number] * 3


def test_a_mail_server_that_was_down_gets_it_when_it_is_up(
    database: Engine, listening: Settings, receiver: Receiver, mail_server: MailServer, clock: list[timedelta]
) -> None:
    mail_server.down()
    number = escalations.record(database, turn(), listening)
    deliver_due(database, ways(listening), GOING)
    assert outbox.states(database, [number]) == {number: {"webhook": "sent", "email": "pending"}}
    mail_server.up()
    clock[0] = timedelta(seconds=6)
    deliver_due(database, ways(listening), GOING)
    assert outbox.states(database, [number])[number]["email"] == "sent"
    assert len(mail_server.mails) == len(receiver.bodies) == 1


def test_after_the_last_attempt_staff_see_it_and_can_have_it_tried_again(
    database: Engine,
    listening: Settings,
    receiver: Receiver,
    clock: list[timedelta],
    caplog: pytest.LogCaptureFixture,
) -> None:
    receiver.statuses = [500] * outbox.MAX_ATTEMPTS
    number = escalations.record(database, turn(), listening)
    for _ in range(outbox.MAX_ATTEMPTS + 3):
        deliver_due(database, ways(listening), GOING)
        clock[0] += timedelta(hours=1, seconds=1)
    assert len(receiver.bodies) == outbox.MAX_ATTEMPTS
    (dead,) = outbox.dead_letters(database)
    assert (dead.number, dead.route, dead.last_error) == (number, "webhook", "NotAcceptedError 500")
    assert f"Alert of escalation {number} by webhook failed (attempt 12, NotAcceptedError 500): given up" in caplog.text
    outbox.retry(database, number, datetime.now(UTC))
    deliver_due(database, ways(listening), GOING)
    assert outbox.states(database, [number])[number]["webhook"] == "sent"


def test_two_workers_lose_nothing_and_mark_each_alert_once(
    database: Engine, listening: Settings, receiver: Receiver, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked: list[tuple[int, bool]] = []
    mark = outbox.mark_sent

    def noting(database: Engine, alert: outbox.Alert, now: datetime) -> bool:
        did = mark(database, alert, now)
        marked.append((alert.id, did))
        return did

    monkeypatch.setattr(outbox, "mark_sent", noting)
    numbers = [escalations.record(database, turn(f"m{place}"), listening) for place in range(20)]
    stop = Event()
    threads = [threading.Thread(target=run_forever, args=(listening, ways(listening), stop)) for _ in range(2)]
    for thread in threads:
        thread.start()
    sent = {number: {"webhook": "sent", "email": "sent"} for number in numbers}
    deadline = time.monotonic() + 20
    while outbox.states(database, numbers) != sent and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    assert outbox.states(database, numbers) == sent
    assert set(receiver.ids) == set(numbers)
    assert len(mail_server.mails) >= len(numbers)
    assert Counter(id for id, did in marked if did) == dict.fromkeys(range(1, 41), 1)


def test_a_worker_that_dies_after_sending_sends_again_and_not_never(
    database: Engine, listening: Settings, receiver: Receiver, clock: list[timedelta], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = escalations.record(database, turn(), listening)
    only = {"webhook": ways(listening)["webhook"]}

    def die(*_: object) -> bool:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(outbox, "mark_sent", die)
        with pytest.raises(SystemExit):
            deliver_due(database, only, GOING)
    clock[0] = outbox.LEASE + timedelta(seconds=1)
    deliver_due(database, only, GOING)
    assert receiver.ids == [number, number]
    assert outbox.states(database, [number])[number]["webhook"] == "sent"


def test_a_route_that_fails_delays_no_other_and_is_not_tried_for_each_alert(
    database: Engine, listening: Settings, receiver: Receiver, mail_server: MailServer
) -> None:
    receiver.statuses = [500] * 9
    for place in range(5):
        escalations.record(database, turn(f"m{place}"), listening)
    deliver_due(database, ways(listening), GOING)
    assert len(receiver.bodies) == 1
    assert len(mail_server.mails) == 5


def test_conversations_that_cannot_be_read_do_not_keep_alerts_back(
    database: Engine, listening: Settings, receiver: Receiver, tmp_path: Any
) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database" * 100)
    chosen = listening.copy(update={"conversations_url": f"sqlite:///{broken}"})
    number = escalations.record(database, turn(), chosen)
    with pytest.raises(Exception, match="not a database"):
        one_pass(chosen, ways(chosen), GOING)
    assert receiver.ids == [number]


def test_no_error_ends_it_and_the_log_has_its_class_once(
    listening: Settings, receiver: Receiver, url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_SECONDS_BETWEEN", 0.01)
    passes, stop = [], Event()
    real = worker.one_pass

    def failing_at_first(*arguments: Any) -> None:
        passes.append(1)
        if len(passes) < 10:
            raise OSError("the words themselves")
        real(*arguments)

    monkeypatch.setattr(worker, "one_pass", failing_at_first)
    thread = threading.Thread(target=run_forever, args=(listening, ways(listening), stop))
    thread.start()
    deadline = time.monotonic() + 10
    while "works again" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    thread.join()
    assert caplog.text.count("The alert worker fails and goes on trying: OSError") == 1
    assert "The alert worker works again" in caplog.text
    assert "words" not in caplog.text


def test_kept_questions_are_deleted_when_they_are_old_and_once_an_hour(
    database: Engine, chosen: Settings, clock: list[timedelta]
) -> None:
    def keep(days: int) -> None:
        asked = Unanswered("can i drive home", "cannot_driving", (), "web")
        unanswered.keep(database, [asked], datetime.now(UTC) - timedelta(days=days))

    def count() -> int:
        return len(unanswered.since(database, datetime.now(UTC), 3650))

    keep(91)
    keep(3)
    due = worker.purge(chosen, datetime.now(UTC))
    assert count() == 1
    keep(91)
    assert worker.purge(chosen, due) == due
    assert count() == 2
    clock[0] = timedelta(hours=1, seconds=1)
    assert worker.purge(chosen, due) > due
    assert count() == 1
    worker.purge(chosen.copy(update={"keep_questions_days": 0}), due)
    assert count() == 0


def test_conversations_that_cannot_be_read_do_not_save_old_questions(
    database: Engine, chosen: Settings, tmp_path: Any, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database" * 100)
    old = Unanswered("can i drive home", "cannot_driving", (), "web")
    unanswered.keep(database, [old], datetime.now(UTC) - timedelta(days=400))
    stop = Event()
    own = chosen.copy(update={"conversations_url": f"sqlite:///{broken}"})
    thread = threading.Thread(target=run_forever, args=(own, {}, stop))
    thread.start()
    deadline = time.monotonic() + 10
    while unanswered.since(database, datetime.now(UTC), 3650) and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    thread.join()
    assert unanswered.since(database, datetime.now(UTC), 3650) == []
    assert "fails and goes on trying: DatabaseError" in caplog.text


def test_nothing_private_is_logged(
    database: Engine,
    listening: Settings,
    receiver: Receiver,
    conversations: Conversations,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("CRITICAL", "mail.log")  # the test's own mail server
    caplog.set_level("DEBUG", "ketamine_guide")
    receiver.statuses = [500]
    conversations.say("SM123", datetime.now(UTC))
    chosen = listening.copy(update={"conversations_url": conversations.url, "keep_crisis_text": True})
    one_pass(chosen, ways(chosen), GOING)
    assert "recorded late" in caplog.text
    assert "sent by email" in caplog.text
    for private in ("words", "5550100", "SM123", receiver.url, SECRET, "clinic.example"):
        assert private not in caplog.text


def test_without_routes_nothing_is_delivered() -> None:
    assert ways(Settings()) == {}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"alert_webhook_secret": ""}, "KETAMINE_GUIDE_ALERT_WEBHOOK_SECRET is missing"),
        ({"alert_email_to": " , "}, "KETAMINE_GUIDE_ALERT_EMAIL_TO is missing"),
        ({"alert_email_from": ""}, "KETAMINE_GUIDE_ALERT_EMAIL_FROM is missing"),
        ({"smtp_host": ""}, "KETAMINE_GUIDE_SMTP_HOST is missing"),
    ],
)
def test_a_route_that_is_half_set_is_refused_by_name(changed: dict[str, str], says: str) -> None:
    whole = {
        "alert_webhook_url": "http://127.0.0.1/",
        "alert_webhook_secret": SECRET,
        "smtp_host": "127.0.0.1",
        "alert_email_to": "staff@clinic.example",
        "alert_email_from": "guide@clinic.example",
    }
    assert list(ways(Settings(**whole))) == ["webhook", "email"]
    with pytest.raises(AlertSettingsError, match=says):
        ways(Settings(**(whole | changed)))
