"""What patients tell of the guide itself: whether an answer helped, and problems. Nothing here tells who it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.engine import Engine

from ketamine_guide.store.redaction import redacted
from ketamine_guide.store.tables import feedback, problem_reports


def rate(database: Engine, topic: str, helpful: bool, now: datetime) -> None:
    """Keeps whether the answer to a topic helped.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    with database.begin() as connection:
        connection.execute(insert(feedback).values(at=now, topic=topic, helpful=helpful))


def report(database: Engine, text: str, now: datetime) -> None:
    """Keeps a reported problem, without the personal details in it.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    with database.begin() as connection:
        connection.execute(insert(problem_reports).values(at=now, text=redacted(text)))


def counts(database: Engine) -> list[tuple[str, int, int]]:
    """For each topic how often its answer helped and how often not, the least helpful first."""
    helped = func.sum(case((feedback.c.helpful, 1), else_=0)).label("helped")
    count = func.count().label("count")
    wanted = select(feedback.c.topic, helped, count).group_by(feedback.c.topic)
    with database.connect() as connection:
        rows = [(row.topic, int(row.helped), row.count - int(row.helped)) for row in connection.execute(wanted)]
    return sorted(rows, key=lambda row: (row[1] - row[2], row[0]))


def open_reports(database: Engine) -> list[Any]:
    """The rows of the reports that nobody closed, the oldest first."""
    wanted = select(problem_reports).where(problem_reports.c.closed_at.is_(None))
    with database.connect() as connection:
        rows: list[Any] = connection.execute(wanted.order_by(problem_reports.c.id)).all()
    return rows


def close(database: Engine, number: int, now: datetime) -> bool:
    """Closes a report. Returns whether it was open."""
    this = (problem_reports.c.id == number) & problem_reports.c.closed_at.is_(None)
    with database.begin() as connection:
        return bool(connection.execute(update(problem_reports).where(this).values(closed_at=now)).rowcount)
