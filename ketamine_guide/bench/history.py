"""A database with a long history: a million events of conversations that others had."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

_COLUMNS = "sender_id, type_name, timestamp, intent_name, action_name, data"
_DAY = 24 * 60 * 60
_AT_A_TIME = 20_000


def fill(conversations: Path, events: int) -> None:
    """Adds events until there are so many: copies of those that are there, of other people's. All become a day old.

    Args:
        conversations: the SQLite file of a Rasa that does not run, with some conversations in it.
        events: how many.

    Raises:
        ValueError: there is no conversation to copy.
    """
    with sqlite3.connect(conversations) as database:
        database.execute("PRAGMA synchronous = OFF")
        rows = database.execute(f"SELECT {_COLUMNS} FROM events ORDER BY id").fetchall()  # noqa: S608 (our own words)
        if not rows:
            raise ValueError("There are no conversations to copy.")
        yesterday = time.time() - _DAY
        database.execute("UPDATE events SET timestamp = ?", (yesterday,))
        batch: list[tuple[object, ...]] = []
        for number in range(len(rows), events):
            sender, kind, _, *rest = rows[number % len(rows)]
            batch.append((f"{sender}-{number // len(rows)}", kind, yesterday, *rest))
            if len(batch) == _AT_A_TIME or number == events - 1:
                database.executemany(f"INSERT INTO events ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", batch)  # noqa: S608
                batch.clear()


def wait_until_read(guide: Path, conversations: Path, seconds: float = 600) -> None:
    """Waits until the alert worker has looked through all that history, which it does once.

    Raises:
        TimeoutError: it has not in `seconds`.
    """
    wanted = f"SELECT max(id) FROM events WHERE timestamp < {time.time() - _DAY / 2}"  # noqa: S608
    with sqlite3.connect(conversations) as database:
        last = int(database.execute(wanted).fetchone()[0])
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with sqlite3.connect(guide) as database:
            if (database.execute("SELECT max(event_id) FROM recovery_position").fetchone()[0] or 0) >= last:
                return
        time.sleep(1)
    raise TimeoutError(f"The conversations were not looked through in {seconds} seconds.")
