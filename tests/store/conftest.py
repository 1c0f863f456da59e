"""A fresh database of each kind for each test, and conversations kept by Rasa's own tracker store."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import pytest
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import OperationalError

from ketamine_guide.settings import Settings
from ketamine_guide.store.database import engine, migrated, reader
from ketamine_guide.store.turn import Turn

POSTGRES = os.environ.get("KETAMINE_GUIDE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


@lru_cache
def _why_no_postgres() -> str:
    try:
        create_engine(POSTGRES, connect_args={"connect_timeout": 2}).connect().close()
    except OperationalError:
        return "no PostgreSQL answers; KETAMINE_GUIDE_TEST_POSTGRES names one"
    return ""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database: a file, or a schema of its own that is dropped afterwards."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'guide.db'}"
        return
    if why := _why_no_postgres():
        pytest.skip(why)
    schema = f"guide_test_{secrets.token_hex(8)}"
    server = create_engine(POSTGRES)
    with server.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    own = make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema}"})
    yield own.render_as_string(hide_password=False)
    engine(own.render_as_string(hide_password=False)).dispose()
    with server.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    server.dispose()


@pytest.fixture
def database(url: str) -> Engine:
    return migrated(url)


@pytest.fixture
def chosen(url: str, tmp_path: Path) -> Settings:
    """Settings with both routes on; nothing listens there unless a test says so."""
    return Settings(
        database_url=url,
        conversations_url=f"sqlite:///{tmp_path / 'conversations.db'}",
        secret="a key",
        alert_webhook_url="http://127.0.0.1:1/",
        alert_webhook_secret="signed",
        smtp_host="127.0.0.1",
        smtp_port=1,
        alert_email_to="staff@clinic.example",
        alert_email_from="guide@clinic.example",
    )


def turn(message: str = "m1", *, sender: str = "+15550100", kind: str = "active", at: float = 1_795_456_399.5) -> Turn:
    """A turn as the live action sees it."""
    event = {
        "event": "user",
        "text": "the words themselves",
        "message_id": message,
        "input_channel": "sms",
        "metadata": {"model_id": "105b8f6a"},
        "parse_data": {"entities": [{"entity": "crisis_kind", "value": kind}]},
    }
    return Turn.from_event(sender, at, event)


class Conversations:
    """What patients said, in a database that Rasa itself writes."""

    def __init__(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.url = url
        parts = make_url(url)
        if parts.get_backend_name() == "postgresql":
            monkeypatch.setenv("POSTGRESQL_SCHEMA", str(parts.query["options"]).removeprefix("-csearch_path="))
        self._store = SQLTrackerStore(
            Domain.empty(),
            dialect=parts.drivername,
            host=parts.host,
            port=parts.port,
            db=parts.database,
            username=parts.username,
            password=parts.password,
        )

    def close(self) -> None:
        self._store.engine.dispose()
        reader(self.url).dispose()

    def say(
        self, message: str, at: datetime, *, sender: str = "+15550100", intent: str = "crisis", kind: str = "passive"
    ) -> None:
        tracker = asyncio.run(self._store.retrieve_full_tracker(sender)) or DialogueStateTracker(sender, [])
        tracker.update(
            UserUttered(
                "the words themselves",
                intent={"name": intent, "confidence": 1.0},
                entities=[{"entity": "crisis_kind", "value": kind}, {"entity": "crisis_language", "value": "es"}],
                input_channel="sms",
                message_id=message,
                metadata={"model_id": "105b8f6a"},
                timestamp=at.timestamp(),
            )
        )
        asyncio.run(self._store.save(tracker))


@pytest.fixture
def conversations(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Conversations]:
    """Rasa's conversations: a file of their own, or the same PostgreSQL schema."""
    own = f"sqlite:///{tmp_path / 'conversations.db'}" if url.startswith("sqlite") else url
    kept = Conversations(own, monkeypatch)
    yield kept
    kept.close()
