"""The questions that were not answered, for those who write the answers: redacted, and nobody's.

There is no sender, not even hashed, and of the time only the day, so that no row leads back to its conversation.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Engine

from ketamine_guide.store.redaction import redacted
from ketamine_guide.store.tables import unanswered

NOT_UNDERSTOOD = "not_understood"
_LONGEST = 500
# Half of a phone number is not recognised as one: a long text is cut far behind what is kept of it.
_READ = 4000


@dataclass(frozen=True)
class Unanswered:
    """A question that got no answer from the document.

    Attributes:
        text: the whole message.
        reason: `not_understood`, or the intent by which it was turned down.
        guesses: the likeliest topics, likeliest first.
        channel: the channel's name.
        day: midnight of its day, UTC, once it is kept.
    """

    text: str = field(repr=False)
    reason: str
    guesses: tuple[str, ...]
    channel: str
    day: datetime | None = None


def keep(database: Engine, questions: Sequence[Unanswered], now: datetime) -> None:
    """Keeps the questions, each redacted, then cut to 500 characters. Without a letter or digit it is none.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    texts = [redacted(question.text[:_READ])[:_LONGEST] for question in questions]
    rows = [
        {
            "at": _midnight(now),
            "text": text,
            "reason": question.reason,
            "guesses": json.dumps(question.guesses),
            "channel": question.channel,
        }
        for question, text in zip(questions, texts, strict=True)
        if any(letter.isalnum() for letter in text)
    ]
    if rows:
        with database.begin() as connection:
            connection.execute(insert(unanswered), rows)


def purge(database: Engine, now: datetime, days: int) -> int:
    """Deletes what is older than so many days, with 0 everything. Returns how many it deleted."""
    with database.begin() as connection:
        return int(connection.execute(delete(unanswered).where(unanswered.c.at < now - timedelta(days=days))).rowcount)


def since(database: Engine, now: datetime, days: int) -> list[Unanswered]:
    """What was kept on this day and the days before it, newest first."""
    wanted = select(unanswered).where(unanswered.c.at >= _midnight(now) - timedelta(days=days))
    with database.connect() as connection:
        rows = connection.execute(wanted.order_by(unanswered.c.id.desc())).all()
    return [Unanswered(row.text, row.reason, tuple(json.loads(row.guesses)), row.channel, row.at) for row in rows]


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
