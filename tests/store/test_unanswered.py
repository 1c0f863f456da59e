"""Questions that were not answered are kept redacted, without who asked, and not for longer than the clinic says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.engine import Engine

from ketamine_guide.store import tables
from ketamine_guide.store.unanswered import NOT_UNDERSTOOD, Unanswered, keep, purge, since

NOW = datetime(2026, 11, 23, 17, 53, 19, tzinfo=UTC)


def _question(text: str = "can i drive home", reason: str = "cannot_driving") -> Unanswered:
    return Unanswered(text, reason, ("ask_session_length", "ask_dizziness"), "sms")


def test_a_question_is_kept_with_its_day_and_nobody(database: Engine) -> None:
    keep(database, [_question("call me at 555-010-0199, can i drive home"), _question("huh", NOT_UNDERSTOOD)], NOW)
    newest, oldest = since(database, NOW, 0)
    assert oldest.text == "call me at [phone], can i drive home"
    assert (oldest.reason, oldest.guesses, oldest.channel) == (
        "cannot_driving",
        ("ask_session_length", "ask_dizziness"),
        "sms",
    )
    assert oldest.day == datetime(2026, 11, 23, tzinfo=UTC)
    assert newest.reason == NOT_UNDERSTOOD


def test_the_table_has_no_place_for_a_sender(database: Engine) -> None:
    columns = {column["name"] for column in inspect(database).get_columns("unanswered")}
    assert columns == {"id", "at", "text", "reason", "guesses", "channel"}


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "dose? " * 200, "\x00\ud800 dose? \u202e 'x'); DROP TABLE unanswered;--"]
)
def test_whatever_is_written_can_be_kept(database: Engine, text: str) -> None:
    keep(database, [_question(text)], NOW)
    (found,) = since(database, NOW, 0)
    assert 0 < len(found.text) <= 500
    assert found.text.isprintable()


@pytest.mark.parametrize("text", ["", "???", "🤷", "\u200b\x00"])
def test_what_has_no_letter_is_no_question(database: Engine, text: str) -> None:
    keep(database, [_question(text)], NOW)
    assert since(database, NOW, 0) == []


def test_old_questions_are_deleted_and_no_others(database: Engine) -> None:
    for days in (0, 1, 89, 90, 91, 400):
        keep(database, [_question(f"asked {days} days ago")], NOW - timedelta(days=days))
    # Only the day is kept: a question of the ninetieth day goes with it.
    assert purge(database, NOW, 90) == 3
    assert [question.text for question in since(database, NOW, 3650)] == [
        "asked 89 days ago",
        "asked 1 days ago",
        "asked 0 days ago",
    ]
    assert purge(database, NOW, 90) == 0
    assert len(since(database, NOW, 1)) == 2


def test_with_no_days_nothing_stays(database: Engine) -> None:
    keep(database, [_question()], NOW)
    assert purge(database, NOW, 0) == 1
    with database.connect() as connection:
        assert connection.execute(select(tables.unanswered)).all() == []
