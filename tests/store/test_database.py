"""The tables are made once, whoever comes first, and a database of an earlier version keeps its records."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import inspect, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from ketamine_guide.settings import ROOT, Settings
from ketamine_guide.store import escalations
from ketamine_guide.store.database import engine, migrated, reader
from ketamine_guide.store.tables import metadata

from .conftest import turn

_FIRST_VERSION = """
    CREATE TABLE escalations (
        id INTEGER NOT NULL PRIMARY KEY, at TIMESTAMP NOT NULL, channel VARCHAR(32) NOT NULL,
        sender_hash VARCHAR(64) NOT NULL, kind VARCHAR(16) NOT NULL, status VARCHAR(16) NOT NULL
    )
"""


def test_the_migrations_make_what_the_code_knows(database: Engine) -> None:
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_many_threads_may_come_first_at_once(url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: migrated(url), range(8)))
    assert len(set(map(id, made))) == 1
    assert inspect(made[0]).has_table("outbox")


def test_many_processes_may_come_first_at_once(url: str) -> None:
    command = [
        sys.executable,
        "-c",
        "import sys; from ketamine_guide.store.database import migrated; migrated(sys.argv[1])",
    ]
    started = [subprocess.Popen([*command, url], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(4)]
    for process in started:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()[-2000:]
    assert inspect(engine(url)).has_table("outbox")


def test_a_database_of_the_first_version_keeps_its_records(url: str) -> None:
    with engine(url).begin() as connection:
        connection.execute(text(_FIRST_VERSION))
        connection.execute(
            text("INSERT INTO escalations VALUES (1, '2026-11-01 10:00:00', 'rest', 'abc', 'passive', 'open')")
        )
    (row,) = escalations.open_list(migrated(url))
    assert (row.id, row.kind, row.turn_key, row.at.isoformat()) == (1, "passive", None, "2026-11-01T10:00:00+00:00")
    escalations.acknowledge(engine(url), 1, "Sam")


def test_a_database_of_a_newer_version_is_refused(url: str) -> None:
    with migrated(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CommandError, match="9999"):
        migrated(url)


def test_a_file_that_was_taken_away_meanwhile_is_made_anew(tmp_path: Path) -> None:
    url, chosen = f"sqlite:///{tmp_path / 'guide.db'}", Settings(secret="a key")
    escalations.record(migrated(url), turn(), chosen)
    for path in tmp_path.glob("guide.db*"):
        path.unlink()
    assert escalations.record(migrated(url), turn("m2"), chosen) == 1


def test_an_error_does_not_show_what_was_to_be_written(tmp_path: Path) -> None:
    database = engine(f"sqlite:///{tmp_path / 'guide.db'}")
    with pytest.raises(DBAPIError) as raised, database.begin() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": "the words themselves"})
    assert "themselves" not in str(raised.value)


def test_another_database_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="SQLite or PostgreSQL, and this is mysql"):
        engine("mysql://127.0.0.1/x")


def test_readers_and_the_writer_do_not_wait_for_each_other_on_sqlite(tmp_path: Path) -> None:
    database = migrated(f"sqlite:///{tmp_path / 'guide.db'}")
    with sqlite3.connect(tmp_path / "guide.db", isolation_level=None) as reading:
        reading.execute("BEGIN")
        assert reading.execute("SELECT count(*) FROM escalations").fetchone() == (0,)
        escalations.record(database, turn(), Settings(secret="a key"))
    with database.begin():
        assert len(escalations.open_list(database)) == 1


def test_another_s_database_is_neither_made_nor_changed(tmp_path: Path) -> None:
    path = tmp_path / "a #%41 name.db"
    with pytest.raises(OperationalError), reader(f"sqlite:///{path}").connect():
        pass
    assert not path.exists()
    path.touch()
    with reader(f"sqlite:///{path}").connect() as connection:
        assert connection.execute(select(text("1"))).scalar() == 1
        with pytest.raises(OperationalError, match="readonly"):
            connection.execute(text("CREATE TABLE x (y INTEGER)"))
