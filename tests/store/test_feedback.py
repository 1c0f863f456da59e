"""Feedback and reports are kept without anybody's identity, in both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.engine import Engine

from ketamine_guide.store import feedback

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


def test_answers_are_counted_by_topic(database: Engine) -> None:
    for helpful in (True, False, False):
        feedback.rate(database, "ask_nausea", helpful, NOW)
    feedback.rate(database, "ask_memory", True, NOW)
    assert feedback.counts(database) == [("ask_nausea", 1, 2), ("ask_memory", 1, 0)]


def test_a_report_is_open_until_it_is_closed_once(database: Engine) -> None:
    feedback.report(database, "It is slow. me@home.example \ud83d \x00", NOW)
    (row,) = feedback.open_reports(database)
    assert (row.text, row.at) == ("It is slow. [email]", NOW)
    assert feedback.close(database, row.id, NOW)
    assert not feedback.close(database, row.id, NOW)
    assert feedback.open_reports(database) == []
