"""The record of every crisis: when, where and of which kind, with a keyed hash for the sender and never the words."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table, create_engine, insert
from sqlalchemy.engine import Engine

from ketamine_guide.settings import settings

_metadata = MetaData()
escalations = Table(
    "escalations",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("sender_hash", String(64), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False, default="open"),
)


def sender_hash(sender: str, key: bytes) -> str:
    """The sender as a keyed hash of 64 hexadecimal digits: the same sender is recognised, nobody is named."""
    return hmac.new(key, sender.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


@lru_cache
def engine() -> Engine:
    """The database of this process, its tables made at first use."""
    made = create_engine(settings().database_url)
    _metadata.create_all(made)
    return made


def record(database: Engine, *, channel: str, sender: str, kind: str) -> int:
    """Writes an open escalation and returns its number.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    row = {
        "at": datetime.now(UTC),
        "channel": channel[:32],
        "sender_hash": sender_hash(sender, settings().secret_key()),
        "kind": kind,
    }
    with database.begin() as connection:
        return int(connection.execute(insert(escalations).values(**row)).inserted_primary_key[0])
