"""The record of every crisis: when, where and of which kind, with a keyed hash for the sender.

The words are kept only if the setting `keep_crisis_text` says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from ketamine_guide.settings import Settings
from ketamine_guide.store import outbox
from ketamine_guide.store.tables import escalations, gravity, upsert
from ketamine_guide.store.turn import Turn


class EscalationError(ValueError):
    """It cannot be done to this escalation; the message says why."""


def record(database: Engine, turn: Turn, chosen: Settings) -> int:
    """Writes an open escalation, with an alert for each route that is on, and returns its number.

    A turn that is recorded already stays as it is, and its number is returned.

    Args:
        database: the database, its tables up to date.
        turn: the message that disclosed the crisis.
        chosen: the settings.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    key = chosen.secret_key()
    row = {
        "turn_key": turn.key(key),
        "sender_hash": turn.sender_hash(key),
        "at": turn.at,
        "channel": turn.channel,
        "kind": turn.kind,
        "language": turn.language,
        "model": turn.model,
        "lexicon_version": turn.lexicon_version,
        "text": turn.text if chosen.keep_crisis_text else None,
    }
    with database.begin() as connection:
        insert = upsert(connection, escalations).values(**row).on_conflict_do_nothing(index_elements=["turn_key"])
        is_new = connection.execute(insert).rowcount == 1
        wanted = select(escalations.c.id).where(escalations.c.turn_key == row["turn_key"])
        number = int(connection.execute(wanted).scalar_one())
        if is_new:
            outbox.add(connection, number, outbox.routes(chosen), datetime.now(UTC))
    return number


def recorded(database: Engine, keys: Collection[str]) -> set[str]:
    """Those of these turn keys that have an escalation."""
    with database.connect() as connection:
        found = select(escalations.c.turn_key).where(escalations.c.turn_key.in_(list(keys)))
        return set(connection.execute(found).scalars())


def acknowledge(database: Engine, number: int, by: str) -> None:
    """Notes who took an escalation on, and when.

    Raises:
        EscalationError: there is none of this number, somebody acknowledged it before, or `by` names nobody.
    """
    name = " ".join(by.split())[:128]
    if not name:
        raise EscalationError("Say who acknowledges it: a name.")
    this = escalations.c.id == number
    with database.begin() as connection:
        # One statement decides: of two people at once, one is told of the other.
        done = connection.execute(
            update(escalations)
            .where(this, escalations.c.status == "open")
            .values(status="acknowledged", acknowledged_by=name, acknowledged_at=datetime.now(UTC))
        )
        if done.rowcount:
            return
        found = connection.execute(select(escalations).where(this)).one_or_none()
    if found is None:
        raise EscalationError(f"There is no escalation {number}.")
    when = found.acknowledged_at.strftime("%Y-%m-%d %H:%M UTC")
    raise EscalationError(f"Escalation {number} was acknowledged already: by {found.acknowledged_by}, {when}.")


def open_list(database: Engine) -> list[Any]:
    """The rows of all open escalations, the gravest kind first, of each kind the oldest first."""
    wanted = select(escalations).where(escalations.c.status == "open")
    with database.connect() as connection:
        rows: list[Any] = connection.execute(wanted.order_by(gravity, escalations.c.at, escalations.c.id)).all()
    return rows


def monthly_counts(database: Engine) -> list[tuple[str, str, str, int]]:
    """How many escalations each month (in UTC), kind and channel had: `("2026-11", "active", "sms", 3)`, and nobody."""
    with database.connect() as connection:
        rows = connection.execute(select(escalations.c.at, escalations.c.kind, escalations.c.channel))
        counts = Counter((row.at.strftime("%Y-%m"), row.kind, row.channel) for row in rows)
    return [(*group, count) for group, count in sorted(counts.items())]
