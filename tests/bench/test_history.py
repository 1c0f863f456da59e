"""A long history is made of what was said, of other people, and a day old."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest
from rasa.core.tracker_store import SQLTrackerStore

from ketamine_guide.bench import history


@pytest.fixture
def conversations(tmp_path: Path) -> Path:
    file = tmp_path / "conversations.db"
    SQLTrackerStore(db=str(file))
    with sqlite3.connect(file) as database:
        database.executemany(
            "INSERT INTO events (sender_id, type_name, timestamp, data) VALUES (?, 'user', ?, ?)",
            [(f"sender-{number % 3}", time.time(), f'{{"number": {number}}}') for number in range(7)],
        )
    return file


def test_it_is_filled_up_to_the_number_with_copies_that_are_a_day_old(conversations: Path) -> None:
    history.fill(conversations, 50)
    with sqlite3.connect(conversations) as database:
        rows = database.execute("SELECT sender_id, timestamp, data FROM events").fetchall()
    assert len(rows) == 50
    assert len({sender for sender, _, _ in rows}) == 3 * 7 + 1
    assert len({data for _, _, data in rows}) == 7
    assert all(time.time() - at > 23 * 60 * 60 for _, at, _ in rows)


def test_there_must_be_something_to_copy(conversations: Path) -> None:
    with sqlite3.connect(conversations) as database:
        database.execute("DELETE FROM events")
    with pytest.raises(ValueError, match="no conversations"):
        history.fill(conversations, 50)


def test_a_worker_that_has_not_read_it_is_waited_for(conversations: Path, tmp_path: Path) -> None:
    history.fill(conversations, 20)
    guide = tmp_path / "guide.db"
    with sqlite3.connect(guide) as database:
        database.execute("CREATE TABLE recovery_position (event_id INTEGER)")
    with pytest.raises(TimeoutError):
        history.wait_until_read(guide, conversations, seconds=0.1)
    with sqlite3.connect(guide) as database:
        database.execute("INSERT INTO recovery_position VALUES (20)")
    history.wait_until_read(guide, conversations, seconds=5)
