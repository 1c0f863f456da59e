"""Finds the crisis turns that have no escalation, because the action server was down, and records them.

It reads the table in which Rasa's SQL tracker store keeps its events, and writes nothing there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text, inspect, select
from sqlalchemy.engine import Engine

from ketamine_guide.settings import Settings
from ketamine_guide.store import escalations
from ketamine_guide.store.database import reader
from ketamine_guide.store.tables import recovery_position, upsert
from ketamine_guide.store.turn import Turn

OLDEST = timedelta(days=30)
# PostgreSQL shows events in the order of their transactions' ends, not of their numbers: one that is not yet to be seen
# may have a lower number than the last that is. So what is younger than this is read again each time. Rasa waits
# 5 minutes at most for an action, and saves the events after it.
SETTLED = timedelta(minutes=15)
# How many events are looked at in one go, so that Rasa's own writing never waits long.
_BATCH = 10_000

# The second is the button under the plain question; a typed yes to it is told from the reply that it got.
CRISIS_INTENTS = ("crisis", "check_in_yes")
CRISIS_REPLY = "utter_crisis"
_events = Table(
    "events",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("sender_id", String(255)),
    Column("type_name", String(255)),
    Column("timestamp", Float),
    Column("intent_name", String(255)),
    Column("action_name", String(255)),
    Column("data", Text),
)


@dataclass(frozen=True)
class _Position:
    """The last event that need not be read again; the time tells whether this is still the same event."""

    event_id: int
    event_time: float


_BEGINNING = _Position(0, 0.0)


def recover(database: Engine, conversations_url: str, chosen: Settings, now: datetime) -> list[int]:
    """Records each crisis turn of the last 30 days that has no escalation. Run twice, or by two at once, it adds none.

    Args:
        database: our own database, its tables up to date.
        conversations_url: the database of Rasa's tracker store, an SQLAlchemy URL.
        chosen: the settings.
        now: the present.

    Returns:
        The numbers of the escalations that were missing. Empty when there are no conversations yet.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: one of the databases refuses it. What was recorded before stays.
    """
    conversations = reader(conversations_url)
    if not _has_events(conversations):
        return []
    found: list[int] = []
    settled = _start(database, conversations)
    read_to, all_settled = settled.event_id, True
    while batch := _batch(conversations, read_to):
        turns = _crises(conversations, batch[0].id, batch[-1].id, now - OLDEST)
        found += _record_missing(database, turns, chosen)
        read_to = batch[-1].id
        old = list(takewhile(lambda event: event.timestamp < (now - SETTLED).timestamp(), batch))
        if all_settled and old:
            settled = _Position(old[-1].id, old[-1].timestamp)
            _keep(database, settled)
        all_settled = all_settled and len(old) == len(batch)
    return found


def recorded_to(database: Engine, conversations: Engine) -> int:
    """The number of the event up to which each crisis turn is on record; 0 before any was looked at.

    Args:
        database: our own database, its tables up to date.
        conversations: the database of Rasa's tracker store.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: one of the databases refuses it.
    """
    return _start(database, conversations).event_id


def _has_events(conversations: Engine) -> bool:
    file = conversations.url.database or ""
    if conversations.dialect.name == "sqlite" and not Path(unquote(file.removeprefix("file:"))).exists():
        return False
    return bool(inspect(conversations).has_table(_events.name))


def _start(database: Engine, conversations: Engine) -> _Position:
    """The position that was kept, or the beginning, if that event is gone: then the numbers may have begun anew."""
    with database.connect() as connection:
        kept = connection.execute(select(recovery_position.c.event_id, recovery_position.c.event_time)).one_or_none()
    if kept is None:
        return _BEGINNING
    with conversations.connect() as connection:
        time = connection.execute(select(_events.c.timestamp).where(_events.c.id == kept.event_id)).scalar()
    return _Position(kept.event_id, kept.event_time) if time == kept.event_time else _BEGINNING


def _keep(database: Engine, position: _Position) -> None:
    with database.begin() as connection:
        changed = {"event_id": position.event_id, "event_time": position.event_time}
        insert = upsert(connection, recovery_position).values(id=1, **changed)
        connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=changed))


def _batch(conversations: Engine, after: int) -> list[Any]:
    """The numbers and times of the next events."""
    wanted = select(_events.c.id, _events.c.timestamp).where(_events.c.id > after)
    with conversations.connect() as connection:
        rows: list[Any] = connection.execute(wanted.order_by(_events.c.id).limit(_BATCH)).all()
    return rows


def _crises(conversations: Engine, first: int, last: int, since: datetime) -> list[Turn]:
    """The crisis turns among these events: by their intent, and by the crisis reply that a typed yes got."""
    these = _events.c.id.between(first, last), _events.c.timestamp >= since.timestamp()
    by_intent = select(_events).where(*these, _events.c.type_name == "user", _events.c.intent_name.in_(CRISIS_INTENTS))
    replies = select(_events.c.id, _events.c.sender_id).where(
        *these, _events.c.type_name == "action", _events.c.action_name == CRISIS_REPLY
    )
    with conversations.connect() as connection:
        rows = {row.id: row for row in connection.execute(by_intent)}
        for reply in connection.execute(replies).all():
            asked = select(_events).where(
                _events.c.sender_id == reply.sender_id, _events.c.type_name == "user", _events.c.id < reply.id
            )
            rows |= {row.id: row for row in connection.execute(asked.order_by(_events.c.id.desc()).limit(1))}
    return [Turn.from_event(row.sender_id, row.timestamp, _event(row.data)) for _, row in sorted(rows.items())]


def _event(data: str) -> dict[str, Any]:
    """The event, or nothing if it cannot be read: a crisis is recorded all the same."""
    try:
        event = json.loads(data)
    except (TypeError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}


def _record_missing(database: Engine, turns: list[Turn], chosen: Settings) -> list[int]:
    if not turns:
        return []
    key = chosen.secret_key()
    by_key = {turn.key(key): turn for turn in turns}
    known = escalations.recorded(database, by_key.keys())
    return [escalations.record(database, turn, chosen) for key, turn in by_key.items() if key not in known]
