"""Deletes conversations that ended long ago from the table in which Rasa's SQL tracker store keeps them.

Whole ones only: what is left of a conversation would be another one. The setting `keep_conversations_days` says when.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import column, delete, func, or_, select, table
from sqlalchemy.engine import Engine

from ketamine_guide.settings import Settings
from ketamine_guide.store import recovery
from ketamine_guide.store.database import migrated

_events = table("events", column("id"), column("sender_id"), column("timestamp"))


def find(conversations: Engine, chosen: Settings, now: datetime) -> list[str]:
    """The senders of the conversations that are to go: their last event is older than the setting says.

    Kept for fewer days than recovery looks back, 30, a crisis turn could go before it is on record. Then what is not
    older than those 30 days goes only once recovery has read it.

    Args:
        conversations: the database of Rasa's tracker store.
        chosen: the settings.
        now: the present.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it; with fewer than 30 days, or our own does.
    """
    looked_back = now - recovery.OLDEST
    may_go = []
    if _before(chosen, now) > looked_back:
        recorded_to = recovery.recorded_to(migrated(chosen.database_url), conversations)
        may_go = [or_(_events.c.id <= recorded_to, _events.c.timestamp < looked_back.timestamp())]
    with conversations.connect() as connection:
        found: list[str] = connection.execute(_ended(_before(chosen, now)).where(*may_go)).scalars().all()
    return found


def delete_all(conversations: Engine, senders: Sequence[str], chosen: Settings, now: datetime) -> int:
    """Deletes these conversations, but for those that went on since they were found. Returns how many events.

    Args:
        conversations: the database of Rasa's tracker store.
        senders: whose. All are deleted together, and SQLite lets nobody else write meanwhile: give it few.
        chosen: the settings.
        now: the present, as it was when they were found.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it. Then none of these is deleted.
    """
    ended = _ended(_before(chosen, now), _events.c.sender_id.in_(senders))
    with conversations.begin() as connection:
        if connection.dialect.name == "sqlite":
            # Else the words stay in the file until others are written over them.
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        return int(connection.execute(delete(_events).where(_events.c.sender_id.in_(ended))).rowcount)


def _before(chosen: Settings, now: datetime) -> datetime:
    return now - timedelta(days=chosen.keep_conversations_days)


def _ended(before: datetime, *which: Any) -> Any:
    """Selects the senders whose last event is older than this, of all or of those `which` tells.

    Rasa's index on the sender holds the numbers too: on SQLite it is all that is read to find the last events.
    """
    last = select(func.max(_events.c.id)).where(*which).group_by(_events.c.sender_id)
    return select(_events.c.sender_id).where(_events.c.id.in_(last), _events.c.timestamp < before.timestamp())
