"""The record of a crisis: once for each turn, names nobody, and staff take it on."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from ketamine_guide.settings import Settings
from ketamine_guide.store import escalations
from ketamine_guide.store.database import migrated
from ketamine_guide.store.outbox import states
from ketamine_guide.store.turn import KINDS, keyed_hash

from .conftest import turn


def _rows(database: Engine) -> list[object]:
    with database.connect() as connection:
        return list(connection.execute(select(escalations.escalations)).all())


def test_an_escalation_is_kept_open_with_a_hash_for_the_sender_and_without_words(
    database: Engine, chosen: Settings
) -> None:
    number = escalations.record(database, turn(), chosen)
    (row,) = escalations.open_list(database)
    assert (row.id, row.channel, row.kind, row.status) == (number, "sms", "active", "open")
    assert (row.language, row.model, row.lexicon_version) == ("en", "105b8f6a", "")
    assert row.at == datetime(2026, 11, 23, 17, 53, 19, 500_000, UTC)
    assert row.sender_hash == keyed_hash("+15550100", b"a key")
    assert row.text is None
    assert "5550100" not in str(row)
    assert "words" not in str(row)


def test_the_words_are_kept_only_if_a_setting_allows_it(database: Engine, chosen: Settings) -> None:
    escalations.record(database, turn(), chosen.copy(update={"keep_crisis_text": True}))
    assert escalations.open_list(database)[0].text == "the words themselves"


def test_a_sqlite_file_holds_neither_words_nor_sender(tmp_path: Path) -> None:
    database = migrated(f"sqlite:///{tmp_path / 'guide.db'}")
    escalations.record(database, turn(), Settings(secret="a key"))
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("guide.db*"))
    assert keyed_hash("+15550100", b"a key").encode() in kept
    assert b"5550100" not in kept
    assert b"words" not in kept


def test_the_same_turn_is_the_same_row_and_alerts_once(database: Engine, chosen: Settings) -> None:
    first = escalations.record(database, turn(), chosen)
    assert escalations.record(database, turn(), chosen) == first
    assert escalations.record(database, turn("m2"), chosen) != first
    assert states(database, [first]) == {first: {"webhook": "pending", "email": "pending"}}
    assert len(_rows(database)) == 2


def test_fifty_records_of_one_turn_by_eight_threads_are_one_row_and_one_alert_a_route(
    database: Engine, chosen: Settings
) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: escalations.record(database, turn(), chosen), range(50)))
    assert len(_rows(database)) == len(set(numbers)) == 1
    with database.connect() as connection:
        routes = Counter(connection.exec_driver_sql("SELECT route FROM outbox").scalars())
    assert routes == {"webhook": 1, "email": 1}


def test_a_record_without_its_alerts_is_not_left_behind(
    database: Engine, chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE outbox RENAME TO elsewhere")
    with pytest.raises(Exception, match="outbox"):
        escalations.record(database, turn(), chosen)
    assert _rows(database) == []


def test_a_locked_sqlite_database_does_not_hold_a_record_up(tmp_path: Path) -> None:
    path, chosen = tmp_path / "guide.db", Settings(secret="a key")
    database = migrated(f"sqlite:///{path}")
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        with pytest.raises(OperationalError, match="locked"):
            escalations.record(database, turn(), chosen)
        assert time.monotonic() - started < 1.5
        other.execute("ROLLBACK")
    assert escalations.record(database, turn(), chosen) == 1


def test_a_sqlite_database_that_is_locked_from_the_start_does_not_hold_a_record_up(tmp_path: Path) -> None:
    path = tmp_path / "guide.db"
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("CREATE TABLE something (else_ INTEGER)")
        for lock in ("IMMEDIATE", "EXCLUSIVE"):
            other.execute(f"BEGIN {lock}")
            started = time.monotonic()
            with pytest.raises(OperationalError, match="locked"):
                escalations.record(migrated(f"sqlite:///{path}"), turn(), Settings(secret="a key"))
            assert time.monotonic() - started < 1.5
            other.execute("ROLLBACK")
    assert escalations.record(migrated(f"sqlite:///{path}"), turn(), Settings(secret="a key")) == 1


def test_the_list_has_the_gravest_kind_first_and_then_the_oldest(database: Engine, chosen: Settings) -> None:
    for place, kind in enumerate([*reversed(KINDS), *KINDS]):
        escalations.record(database, turn(f"m{place}", kind=kind, at=1_000_000.0 - place), chosen)
    found = [(row.kind, row.at.timestamp()) for row in escalations.open_list(database)]
    gravest = [kind for kind in ("imminent", "active", "third_party", "self_harm", "passive") for _ in range(2)]
    assert [kind for kind, _ in found] == gravest
    assert all(one < other for (_, one), (_, other) in zip(found[::2], found[1::2], strict=True))


def test_it_is_acknowledged_by_a_name_and_leaves_the_list(database: Engine, chosen: Settings) -> None:
    number = escalations.record(database, turn(), chosen)
    before = datetime.now(UTC)
    escalations.acknowledge(database, number, "  Sam \n Lee ")
    assert escalations.open_list(database) == []
    (row,) = _rows(database)
    assert (row.status, row.acknowledged_by) == ("acknowledged", "Sam Lee")
    assert before <= row.acknowledged_at <= datetime.now(UTC)


def test_the_second_to_acknowledge_is_told_who_was_first_and_when(database: Engine, chosen: Settings) -> None:
    number = escalations.record(database, turn(), chosen)
    escalations.acknowledge(database, number, "Sam")
    with pytest.raises(escalations.EscalationError, match=rf"already: by Sam, {datetime.now(UTC):%Y-%m-%d} \d\d:\d\d"):
        escalations.acknowledge(database, number, "Kim")


def test_of_many_at_once_one_acknowledges(database: Engine, chosen: Settings) -> None:
    number, go = escalations.record(database, turn(), chosen), Event()

    def acknowledge(name: str) -> bool:
        go.wait()
        try:
            escalations.acknowledge(database, number, name)
        except escalations.EscalationError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(acknowledge, f"nurse {place}") for place in range(6)]
        go.set()
    assert sum(future.result() for future in done) == 1


@pytest.mark.parametrize(("number", "by", "says"), [(7, "Sam", "no escalation 7"), (1, " \n", "who acknowledges")])
def test_what_cannot_be_acknowledged_is_said(
    database: Engine, chosen: Settings, number: int, by: str, says: str
) -> None:
    escalations.record(database, turn(), chosen)
    with pytest.raises(escalations.EscalationError, match=says):
        escalations.acknowledge(database, number, by)


def test_months_are_counted_by_kind_and_channel(database: Engine, chosen: Settings) -> None:
    def at(*day: int) -> float:
        return datetime(*day, tzinfo=UTC).timestamp()

    for place, (kind, moment) in enumerate(
        [
            ("active", at(2026, 10, 31, 23, 59, 59)),
            ("active", at(2026, 11, 1)),
            ("active", at(2026, 11, 30)),
            ("passive", at(2026, 11, 2)),
        ]
    ):
        escalations.record(database, turn(f"m{place}", kind=kind, at=moment), chosen)
    escalations.acknowledge(database, 1, "Sam")
    assert escalations.monthly_counts(database) == [
        ("2026-10", "active", "sms", 1),
        ("2026-11", "active", "sms", 2),
        ("2026-11", "passive", "sms", 1),
    ]
