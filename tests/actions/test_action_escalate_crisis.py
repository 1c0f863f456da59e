"""`action_escalate_crisis` records what the latest message disclosed, and never fails into the conversation."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.engine import Engine

from actions import action_escalate_crisis
from actions.action_escalate_crisis import ActionEscalateCrisis
from ketamine_guide.settings import Settings
from ketamine_guide.store import unrecorded
from ketamine_guide.store.database import engine, migrated
from ketamine_guide.store.escalations import open_list


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    own = Settings(database_url=f"sqlite:///{tmp_path / 'guide.db'}", secret="a key")
    monkeypatch.setattr(action_escalate_crisis, "settings", lambda: own)
    yield own
    engine(own.database_url).dispose()


@pytest.fixture
def database(chosen: Settings) -> Engine:
    return migrated(chosen.database_url)


def _said(message: str, text: str, **entities: str) -> dict[str, Any]:
    parsed = {
        "intent": {"name": "crisis", "confidence": 1.0},
        "entities": [{"entity": name, "value": value} for name, value in entities.items()],
        "text": text,
    }
    return {
        "event": "user",
        "timestamp": 1_795_456_399.5,
        "text": text,
        "message_id": message,
        "input_channel": "sms",
        "metadata": {"model_id": "105b8f6a"},
        "parse_data": parsed,
    }


def _run(*events: dict[str, Any]) -> None:
    latest = events[-1]["parse_data"] if events else {}
    after = [{"event": "action", "name": "utter_crisis_active"}, {"event": "bot", "text": "988"}]
    tracker = Tracker("+15550100", {}, latest, [*events, *after], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    assert asyncio.run(ActionEscalateCrisis().run(dispatcher, tracker, {})) == []
    assert dispatcher.messages == []


def test_it_records_the_latest_message(database: Engine, caplog: pytest.LogCaptureFixture) -> None:
    _run(
        _said("m1", "an earlier one", crisis_kind="passive"),
        _said("m2", "the words", crisis_kind="imminent", crisis_language="es", crisis_version="2026-11"),
    )
    (row,) = open_list(database)
    assert (row.kind, row.language, row.channel) == ("imminent", "es", "sms")
    assert (row.model, row.lexicon_version, row.text) == ("105b8f6a", "2026-11", None)
    assert "Escalation 1 recorded: imminent" in caplog.text
    assert "words" not in caplog.text
    assert "5550100" not in caplog.text


def test_a_message_that_rasa_sends_twice_is_recorded_once(database: Engine) -> None:
    for _ in range(2):
        _run(_said("m1", "the words", crisis_kind="active"))
    assert len(open_list(database)) == 1


def test_without_kind_and_language_it_is_active_and_english(database: Engine) -> None:
    _run(_said("m1", "the words"))
    (row,) = open_list(database)
    assert (row.kind, row.language, row.lexicon_version) == ("active", "en", "")


def test_a_locked_database_is_no_error_and_no_wait(
    chosen: Settings, database: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with sqlite3.connect(tmp_path / "guide.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        _run(_said("m1", "the words", crisis_kind="active"))
        assert time.monotonic() - started < 1.5
        other.execute("ROLLBACK")
    assert open_list(database) == []
    assert "Escalation not recorded yet: OperationalError" in caplog.text
    assert "words" not in caplog.text
    # Kept in memory, and written as soon as the database takes it.
    assert len(unrecorded.record_all(database, chosen)) == 1
    assert unrecorded.record_all(database, chosen) == []
    assert [row.kind for row in open_list(database)] == ["active"]


def test_a_slow_database_does_not_hold_up_other_conversations(database: Engine, tmp_path: Path) -> None:
    async def both() -> float:
        latest = _said("m1", "the words", crisis_kind="active")
        tracker = Tracker("+15550100", {}, latest["parse_data"], [latest], False, None, {}, "action_listen")
        recording = asyncio.create_task(ActionEscalateCrisis().run(CollectingDispatcher(), tracker, {}))
        started = time.monotonic()
        await asyncio.sleep(0.05)
        waited = time.monotonic() - started
        await recording
        return waited

    with sqlite3.connect(tmp_path / "guide.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert asyncio.run(both()) < 0.5


@pytest.mark.parametrize("events", [(), ({"event": "user", "parse_data": {}},)])
def test_a_tracker_that_makes_no_sense_is_no_error(
    database: Engine, events: tuple[dict[str, Any], ...], caplog: pytest.LogCaptureFixture
) -> None:
    _run(*events)
    assert open_list(database) == []
    assert "Escalation not recorded yet" in caplog.text
