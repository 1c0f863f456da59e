"""An alert waits until it was sent, is tried again ever later, and is given up where staff see it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Engine

from ketamine_guide.settings import Settings
from ketamine_guide.store import escalations, outbox

from .conftest import turn

ROUTES = ("webhook", "email")
# Far ahead of the tests that ran before: an alert falls due when it is written.
NOW = datetime.now(UTC) + timedelta(days=1)


def test_only_routes_that_are_on_get_an_alert(database: Engine, chosen: Settings) -> None:
    assert outbox.routes(chosen) == ROUTES
    off = chosen.copy(update={"smtp_host": ""})
    number = escalations.record(database, turn(), off)
    assert outbox.states(database, [number]) == {number: {"webhook": "pending"}}
    without = escalations.record(database, turn("m2"), off.copy(update={"alert_webhook_url": ""}))
    assert outbox.states(database, [without]) == {}


def test_a_claimed_alert_tells_of_its_escalation_and_is_nobody_else_s(database: Engine, chosen: Settings) -> None:
    number = escalations.record(database, turn(kind="imminent"), chosen)
    alert = outbox.claim(database, ["email"], NOW)
    assert alert
    assert (alert.number, alert.kind, alert.channel, alert.route, alert.attempt) == (
        number,
        "imminent",
        "sms",
        "email",
        1,
    )
    assert alert.at == turn().at
    assert outbox.claim(database, ["email"], NOW) is None
    assert outbox.claim(database, ["webhook"], NOW)


def test_an_alert_whose_worker_died_falls_due_again(database: Engine, chosen: Settings) -> None:
    escalations.record(database, turn(), chosen)
    assert outbox.claim(database, ["email"], NOW)
    assert outbox.claim(database, ["email"], NOW + outbox.LEASE - timedelta(seconds=1)) is None
    again = outbox.claim(database, ["email"], NOW + outbox.LEASE)
    assert again
    assert again.attempt == 2


def test_the_gravest_alert_goes_first(database: Engine, chosen: Settings) -> None:
    for kind in ("passive", "third_party", "imminent"):
        escalations.record(database, turn(kind, kind=kind), chosen)
    claimed = [outbox.claim(database, ["email"], NOW) for _ in range(3)]
    assert [alert and alert.kind for alert in claimed] == ["imminent", "third_party", "passive"]


def test_eight_workers_at_once_claim_each_alert_once(database: Engine, chosen: Settings) -> None:
    for place in range(20):
        escalations.record(database, turn(f"m{place}"), chosen)
    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(lambda _: outbox.claim(database, ROUTES, NOW), range(50)))
    ids = [alert.id for alert in claimed if alert]
    assert len(ids) == len(set(ids))
    # On PostgreSQL a worker may find nothing that is not locked at the moment; the next pass has the rest.
    while alert := outbox.claim(database, ROUTES, NOW):
        ids.append(alert.id)
    assert sorted(ids) == list(range(1, 41))


def test_waiting_doubles_from_five_seconds_to_an_hour() -> None:
    waits = [outbox.delay(attempt).total_seconds() for attempt in range(1, 13)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]


def test_a_failed_alert_is_due_again_after_its_delay(database: Engine, chosen: Settings) -> None:
    escalations.record(database, turn(), chosen)
    alert = outbox.claim(database, ["email"], NOW)
    assert alert
    assert not outbox.mark_failed(database, alert, "TimeoutError", NOW)
    assert outbox.claim(database, ["email"], NOW + timedelta(seconds=4.9)) is None
    assert outbox.claim(database, ["email"], NOW + timedelta(seconds=5))


def test_after_the_last_attempt_an_alert_is_dead_and_can_be_tried_again(database: Engine, chosen: Settings) -> None:
    number, moment = escalations.record(database, turn(), chosen), NOW
    for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
        alert = outbox.claim(database, ["email"], moment)
        assert alert
        assert alert.attempt == attempt
        assert outbox.dead_letters(database) == []
        assert outbox.mark_failed(database, alert, "TimeoutError", moment) == (attempt == 12)
        moment += outbox.delay(attempt)
    assert outbox.claim(database, ["email"], moment + timedelta(days=9)) is None
    (dead,) = outbox.dead_letters(database)
    assert (dead.number, dead.kind, dead.route, dead.attempts, dead.last_error) == (
        number,
        "active",
        "email",
        12,
        "TimeoutError",
    )
    assert outbox.retry(database, number + 1, moment) == 0
    assert outbox.retry(database, number, moment) == 1
    assert outbox.dead_letters(database) == []
    again = outbox.claim(database, ["email"], moment)
    assert again
    assert again.attempt == 1


def test_an_alert_is_marked_sent_once(database: Engine, chosen: Settings) -> None:
    number = escalations.record(database, turn(), chosen)
    alert = outbox.claim(database, ["email"], NOW)
    assert alert
    with ThreadPoolExecutor(8) as pool:
        marked = list(pool.map(lambda _: outbox.mark_sent(database, alert, NOW), range(8)))
    assert sum(marked) == 1
    assert outbox.states(database, [number])[number]["email"] == "sent"
    assert outbox.claim(database, ["email"], NOW + timedelta(days=1)) is None


def test_a_worker_that_comes_back_late_does_not_undo_what_another_did(database: Engine, chosen: Settings) -> None:
    number = escalations.record(database, turn(), chosen)
    late = outbox.claim(database, ["email"], NOW)
    other = outbox.claim(database, ["email"], NOW + outbox.LEASE)
    assert late
    assert other
    outbox.mark_failed(database, late, "TimeoutError", NOW)
    assert outbox.claim(database, ["email"], NOW + outbox.LEASE + timedelta(seconds=30)) is None
    outbox.mark_sent(database, other, NOW)
    outbox.mark_failed(database, other, "TimeoutError", NOW)
    assert outbox.states(database, [number])[number]["email"] == "sent"
