"""Staff see what patients tell of the guide, and close what is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from ketamine_guide import feedback as command
from ketamine_guide.settings import Settings
from ketamine_guide.store import feedback
from ketamine_guide.store.database import migrated

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
Run = Callable[..., str]


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'guide.db'}")


@pytest.fixture
def database(chosen: Settings) -> Engine:
    return migrated(chosen.database_url)


@pytest.fixture
def run(chosen: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setattr(command, "settings", lambda: chosen)

    def run(*arguments: str) -> str:
        command.main(arguments)
        return capsys.readouterr().out

    return run


def test_nothing_yet(run: Run) -> None:
    assert run() == "Nobody has said yet whether an answer helped.\n\nNo report is open.\n"


def test_topics_are_counted_and_the_least_helpful_comes_first(run: Run, database: Engine) -> None:
    for topic, helpful in (("ask_nausea", True), ("ask_nausea", False), ("ask_memory", False), ("ask_nausea", True)):
        feedback.rate(database, topic, helpful, NOW)
    rows = [line.split() for line in run().splitlines() if line.startswith("ask_")]
    assert rows == [["ask_memory", "0", "1"], ["ask_nausea", "2", "1"]]


def test_reports_are_shown_without_personal_details_until_they_are_closed(run: Run, database: Engine) -> None:
    feedback.report(database, "The page is blank\x1b[31m. My number is 555-867-5309.", NOW)
    shown = run()
    assert "2026-11-23 12:30" in shown
    assert "The page is blank" in shown
    assert "5309" not in shown
    assert "\x1b" not in shown
    assert "No report is open." in run("--close", "1")
    with pytest.raises(SystemExit, match=r"There is no open report 1\."):
        run("--close", "1")


def test_a_database_that_is_not_there_is_named_without_its_address(
    chosen: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = chosen.copy(update={"database_url": f"sqlite:///{tmp_path / 'no such folder' / 'guide.db'}"})
    monkeypatch.setattr(command, "settings", lambda: gone)
    with pytest.raises(SystemExit, match=r"could not be used \(OperationalError\)\. KETAMINE_GUIDE_DATABASE_URL"):
        command.main([])
