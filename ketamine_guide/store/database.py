"""Connections to the database, SQLite or PostgreSQL, and its tables brought up to date at first use.

Reads go through `engine.connect()`, writes through `engine.begin()`.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, Engine, make_url

_MIGRATIONS = Path(__file__).parent / "migrations"
# A record must not hold up the conversation: better recovered later than waited for.
_SQLITE_SECONDS = 1
_POSTGRES = {"connect_timeout": 2, "tcp_user_timeout": 5000}
_POSTGRES_STATEMENT = "5s"
_UPGRADE_LOCK = 5_204_988
# Each look at the revision would leave two lines in the log.
logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)


@lru_cache
def engine(url: str) -> Engine:
    """The connections to a database, made once for this process.

    Args:
        url: an SQLAlchemy URL of SQLite (a file) or PostgreSQL.

    Raises:
        ValueError: it is the URL of another database.
    """
    kind = make_url(url).get_backend_name()
    # `hide_parameters`: an error's text would name what was to be written. PostgreSQL's own may do so all the same, so
    # that of an error nothing but its class is logged or kept.
    if kind == "sqlite":
        made = create_engine(url, hide_parameters=True, connect_args={"timeout": _SQLITE_SECONDS})
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    elif kind == "postgresql":
        made = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=_POSTGRES)
        event.listen(made, "connect", _prepare_postgres)
    else:
        raise ValueError(f"The database must be SQLite or PostgreSQL, and this is {kind}.")
    return made


@lru_cache
def reader(url: str) -> Engine:
    """The same for a database that is another's: an SQLite file is opened to read and never made."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return engine(url)
    file = quote(str(Path(parsed.database).absolute()))
    readable = parsed.set(database=f"file:{file}", query={"mode": "ro", "uri": "true"})
    return create_engine(readable, hide_parameters=True, connect_args={"timeout": _SQLITE_SECONDS})


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # We begin transactions ourselves, with the write lock at once: Python's sqlite3 takes it only at the first write,
    # and then fails without waiting when somebody else wrote meanwhile.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")


def _prepare_postgres(connection: Any, _: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{_POSTGRES_STATEMENT}'")
    connection.commit()


def migrated(url: str) -> Engine:
    """The database with its tables up to date. Safe when several processes and threads come first at once.

    It looks each time: a database that was replaced while we run is made anew, and takes records again.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database cannot be reached, or is locked.
        alembic.util.CommandError: the database was made by a newer version.
    """
    database = engine(url)
    with database.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != _newest_revision():
        _upgrade(database)
    return database


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


@lru_cache
def _newest_revision() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _upgrade(database: Engine) -> None:
    if database.dialect.name == "sqlite":
        with database.connect() as connection:
            # Kept in the file: readers and the writer do not block each other from now on.
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    config = _config()
    with database.begin() as connection:
        _wait_for_the_others(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _wait_for_the_others(connection: Connection) -> None:
    """On SQLite the transaction has the write lock already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
        connection.execute(text("SET LOCAL statement_timeout = 0"))
