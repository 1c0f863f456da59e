"""Who answers a channel's message: the first to claim it. Sent again, it gets the reply that was kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Engine

from ketamine_guide.store.tables import claims, upsert

KEPT = timedelta(hours=24)
# A claim this old without a reply was left by a process that died: no turn takes as long.
LEASE = timedelta(seconds=30)


@dataclass(frozen=True)
class Claim:
    """What became of a claim. With neither `mine` nor a reply, another process is answering the message.

    Attributes:
        mine: whether the caller is to answer the message.
        abandoned: whether another took it before and left it; it may have been answered all the same.
        reply: the reply, as it was kept.
    """

    mine: bool = False
    abandoned: bool = False
    reply: str | None = None


def claim(database: Engine, session_hash: str, message_id: str, now: datetime) -> Claim:
    """Claims a message. Of any number of callers at once, in any number of processes, one gets it.

    Args:
        database: the database, its tables up to date.
        session_hash: the keyed hash of the session, 64 hexadecimal digits.
        message_id: the client's number of the message, a UUID.
        now: the present.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    this = (claims.c.session_hash == session_hash) & (claims.c.message_id == message_id)
    with database.begin() as connection:
        insert = upsert(connection, claims).values(session_hash=session_hash, message_id=message_id, at=now)
        if connection.execute(insert.on_conflict_do_nothing()).rowcount == 1:
            return Claim(mine=True)
        # One statement decides who takes over what was left.
        left = this & claims.c.reply.is_(None) & (claims.c.at < now - LEASE)
        if connection.execute(update(claims).where(left).values(at=now)).rowcount == 1:
            return Claim(mine=True, abandoned=True)
        return Claim(reply=connection.execute(select(claims.c.reply).where(this)).scalar())


def keep(database: Engine, session_hash: str, message_id: str, reply: str, now: datetime) -> None:
    """Keeps the reply to a message, claimed or not.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    row = {"session_hash": session_hash, "message_id": message_id, "at": now, "reply": reply}
    with database.begin() as connection:
        insert = upsert(connection, claims).values(**row)
        unique = ["session_hash", "message_id"]
        connection.execute(insert.on_conflict_do_update(index_elements=unique, set_={"reply": reply}))


def release(database: Engine, session_hash: str, message_id: str) -> None:
    """Gives a claim up that came to nothing: the message may be sent again.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    this = (claims.c.session_hash == session_hash) & (claims.c.message_id == message_id)
    with database.begin() as connection:
        connection.execute(delete(claims).where(this, claims.c.reply.is_(None)))


def purge(database: Engine, now: datetime) -> int:
    """Deletes what is older than a day. Returns how many.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    with database.begin() as connection:
        return int(connection.execute(delete(claims).where(claims.c.at < now - KEPT)).rowcount)
