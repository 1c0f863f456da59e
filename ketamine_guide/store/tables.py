"""The tables of our own database. `migrations/` makes them; a test holds that the two agree."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    case,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from ketamine_guide.store.turn import KINDS


class UtcDateTime(TypeDecorator):  # type: ignore[misc]
    """A moment, in UTC whichever database keeps it: SQLite forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Into the database."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Out of the database."""
        if value is None or value.tzinfo:
            return value.astimezone(UTC) if value else None
        return value.replace(tzinfo=UTC)


metadata = MetaData()

escalations = Table(
    "escalations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("sender_hash", String(64), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False, default="open"),
    # Empty only in rows of the first version.
    Column("turn_key", String(64), index=True, unique=True),
    Column("language", String(16), nullable=False, server_default=""),
    Column("model", String(64), nullable=False, server_default=""),
    Column("lexicon_version", String(64), nullable=False, server_default=""),
    Column("text", Text),
    Column("acknowledged_by", String(128)),
    Column("acknowledged_at", UtcDateTime),
)

# To sort by: the gravest kind first.
gravity = case({kind: rank for rank, kind in enumerate(KINDS)}, value=escalations.c.kind, else_=0)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("escalation_id", Integer, ForeignKey("escalations.id"), nullable=False),
    Column("route", String(16), nullable=False),
    Column("status", String(16), nullable=False, default="pending"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("last_error", String(64), nullable=False, server_default=""),
    Column("sent_at", UtcDateTime),
    UniqueConstraint("escalation_id", "route"),
    Index("ix_outbox_due", "status", "next_attempt_at"),
)

# How far Rasa's own table of events has been read: the last event's number and time.
recovery_position = Table(
    "recovery_position",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", Integer, nullable=False),
    Column("event_time", Float, nullable=False),
)

# Questions that were not answered, redacted. Nothing here tells who asked.
unanswered = Table(
    "unanswered",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("text", String(500), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("guesses", Text, nullable=False),
    Column("channel", String(32), nullable=False),
)

# The channels: a message is taken once, its reply kept a day for whoever sends it again. Nothing names a sender.
claims = Table(
    "claims",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session_hash", String(64), nullable=False),
    Column("message_id", String(36), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    # Empty while the message is being answered.
    Column("reply", Text),
    UniqueConstraint("session_hash", "message_id"),
)

# Who wants no more texts. Nothing names a number: the hash is of it and ours together.
opt_outs = Table(
    "opt_outs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sender_hash", String(64), nullable=False, unique=True),
    Column("at", UtcDateTime, nullable=False),
)

# What became of the texts that we sent, by the gateway's number of each.
sms_deliveries = Table(
    "sms_deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message_id", String(64), nullable=False, unique=True),
    Column("status", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)

# Whether an answer helped, from the widget's two buttons.
feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("topic", String(64), nullable=False),
    Column("helpful", Boolean, nullable=False),
)

# What patients reported about the guide, redacted.
problem_reports = Table(
    "problem_reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
    Column("closed_at", UtcDateTime),
)


def upsert(connection: Connection, table: Table) -> Any:
    """An `INSERT` of this connection's dialect, which has `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[connection.dialect.name](table)
