"""What became of text messages, as the gateway reports it: many reports for each, and in any order."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.engine import Engine

from ketamine_guide.store.tables import sms_deliveries, upsert

KEPT = timedelta(days=7)
# In the order in which they follow each other. The last four are final: what comes after them came late.
STATUSES = ("accepted", "scheduled", "queued", "sending", "sent", "canceled", "failed", "undelivered", "delivered")
FAILED = frozenset({"canceled", "failed", "undelivered"})
_FINAL = frozenset({*FAILED, "delivered"})


def note(database: Engine, message_id: str, status: str, now: datetime) -> bool:
    """Notes a report, unless a later one is known, and deletes what is older than a week.

    Args:
        database: the database, its tables up to date.
        message_id: the gateway's number of the message, 64 characters at most.
        status: one of `STATUSES`.
        now: the present.

    Returns:
        Whether it was news.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    earlier = [name for name in STATUSES[: STATUSES.index(status)] if name not in _FINAL]
    table = sms_deliveries.c
    with database.begin() as connection:
        connection.execute(delete(sms_deliveries).where(table.at < now - KEPT))
        insert = upsert(connection, sms_deliveries).values(message_id=message_id, status=status, at=now)
        if connection.execute(insert.on_conflict_do_nothing()).rowcount == 1:
            return True
        this = (table.message_id == message_id) & table.status.in_(earlier)
        return bool(connection.execute(update(sms_deliveries).where(this).values(status=status, at=now)).rowcount)
