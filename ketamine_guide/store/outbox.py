"""Alerts that wait to be sent: written with their escalation, sent at least once, and given up visibly.

A worker claims an alert for `LEASE`. If it dies meanwhile, the alert falls due again and another worker sends it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Engine

from ketamine_guide.settings import Settings
from ketamine_guide.store.tables import escalations, gravity, outbox

MAX_ATTEMPTS = 12
# Longer than any delivery takes, with its timeouts of 5 seconds a step.
LEASE = timedelta(seconds=60)
_FIRST_DELAY, _LONGEST_DELAY = timedelta(seconds=5), timedelta(hours=1)


@dataclass(frozen=True)
class Alert:
    """An alert that a worker has claimed.

    Attributes:
        id: its number in the outbox.
        route: "webhook" or "email".
        attempt: which attempt this is, from 1.
        number, kind, at, channel: of the escalation it tells of.
    """

    id: int
    route: str
    attempt: int
    number: int
    kind: str
    at: datetime
    channel: str


def routes(chosen: Settings) -> tuple[str, ...]:
    """The routes that are on."""
    on = {"webhook": chosen.alert_webhook_url, "email": chosen.smtp_host}
    return tuple(route for route, where in on.items() if where)


def delay(attempt: int) -> timedelta:
    """How long to wait after this failed attempt: 5 seconds after the first, doubled each time, an hour at most."""
    return min(_FIRST_DELAY * (1 << (attempt - 1)), _LONGEST_DELAY)


def add(connection: Connection, number: int, to: Collection[str], now: datetime) -> None:
    """Puts an alert of escalation `number` in for each route, in the transaction that writes the escalation."""
    for route in to:
        connection.execute(insert(outbox).values(escalation_id=number, route=route, next_attempt_at=now))


def claim(database: Engine, to: Collection[str], now: datetime) -> Alert | None:
    """Takes the gravest alert that is due on one of these routes, so that no other worker sends it now."""
    due = (
        select(outbox, escalations.c.kind, escalations.c.at, escalations.c.channel)
        .join(escalations, escalations.c.id == outbox.c.escalation_id)
        .where(outbox.c.status == "pending", outbox.c.next_attempt_at <= now, outbox.c.route.in_(list(to)))
        .order_by(gravity, outbox.c.next_attempt_at, outbox.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=outbox)
    )
    # PostgreSQL locks the row. SQLite knows no `FOR UPDATE`: there the transaction began with the write lock.
    with database.begin() as connection:
        row = connection.execute(due).one_or_none()
        if row is None:
            return None
        attempt = row.attempts + 1
        connection.execute(
            update(outbox).where(outbox.c.id == row.id).values(attempts=attempt, next_attempt_at=now + LEASE)
        )
    return Alert(row.id, row.route, attempt, row.escalation_id, row.kind, row.at, row.channel)


def mark_sent(database: Engine, alert: Alert, now: datetime) -> bool:
    """Notes that an alert went out. Returns whether it was this call that noted it."""
    this = (outbox.c.id == alert.id) & (outbox.c.status != "sent")
    with database.begin() as connection:
        done = connection.execute(update(outbox).where(this).values(status="sent", sent_at=now, last_error=""))
    return bool(done.rowcount)


def mark_failed(database: Engine, alert: Alert, error: str, now: datetime) -> bool:
    """Notes a failed attempt and the error's class: the alert falls due again later, or is dead.

    Returns whether it is dead now.
    """
    dead = alert.attempt >= MAX_ATTEMPTS
    changed = {
        "status": "dead" if dead else "pending",
        "last_error": error[:64],
        "next_attempt_at": now + delay(alert.attempt),
    }
    # A worker that comes back after its lease does not undo what another did since.
    this = (outbox.c.id == alert.id) & (outbox.c.status == "pending") & (outbox.c.attempts == alert.attempt)
    with database.begin() as connection:
        done = connection.execute(update(outbox).where(this).values(**changed))
    return dead and bool(done.rowcount)


def states(database: Engine, numbers: Collection[int]) -> dict[int, dict[str, str]]:
    """The status of each alert of these escalations: number, then route, then "pending", "sent" or "dead"."""
    wanted = select(outbox.c.escalation_id, outbox.c.route, outbox.c.status).where(
        outbox.c.escalation_id.in_(list(numbers))
    )
    found: dict[int, dict[str, str]] = {}
    with database.connect() as connection:
        for row in connection.execute(wanted.order_by(outbox.c.id)):
            found.setdefault(row.escalation_id, {})[row.route] = row.status
    return found


def dead_letters(database: Engine) -> list[Any]:
    """The alerts that were given up, oldest first: number, kind, at, route, attempts, last_error."""
    wanted = (
        select(
            escalations.c.id.label("number"),
            escalations.c.kind,
            escalations.c.at,
            outbox.c.route,
            outbox.c.attempts,
            outbox.c.last_error,
        )
        .join(escalations, escalations.c.id == outbox.c.escalation_id)
        .where(outbox.c.status == "dead")
        .order_by(outbox.c.id)
    )
    with database.connect() as connection:
        rows: list[Any] = connection.execute(wanted).all()
    return rows


def retry(database: Engine, number: int, now: datetime) -> int:
    """Makes the dead alerts of escalation `number` due again, from the first attempt. Returns how many."""
    these = (outbox.c.escalation_id == number) & (outbox.c.status == "dead")
    with database.begin() as connection:
        done = connection.execute(update(outbox).where(these).values(status="pending", attempts=0, next_attempt_at=now))
    return int(done.rowcount)
