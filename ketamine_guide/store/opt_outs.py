"""Who wants no more text messages: keyed hashes of a sender and our number, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.engine import Engine

from ketamine_guide.store.tables import opt_outs, upsert


def add(database: Engine, sender_hash: str, now: datetime) -> bool:
    """Notes that somebody wants no more texts. Returns whether that is new.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    with database.begin() as connection:
        insert = upsert(connection, opt_outs).values(sender_hash=sender_hash, at=now)
        return bool(connection.execute(insert.on_conflict_do_nothing()).rowcount == 1)


def has(database: Engine, sender_hashes: Sequence[str]) -> bool:
    """Whether somebody wants no more texts.

    Args:
        database: the database, its tables up to date.
        sender_hashes: all hashes they may be known by: one for each key that was ever in use.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    with database.connect() as connection:
        found = select(opt_outs.c.id).where(opt_outs.c.sender_hash.in_(list(sender_hashes))).limit(1)
        return connection.execute(found).first() is not None


def remove(database: Engine, sender_hashes: Sequence[str]) -> bool:
    """Notes that somebody wants texts again. Returns whether they had not.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    with database.begin() as connection:
        these = opt_outs.c.sender_hash.in_(list(sender_hashes))
        return bool(connection.execute(delete(opt_outs).where(these)).rowcount)
