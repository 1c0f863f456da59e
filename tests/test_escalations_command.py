"""The command line of the staff: what they see, what they can do, and what they are told when it can't be done."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from ketamine_guide import escalations as command
from ketamine_guide.settings import ROOT, Settings
from ketamine_guide.store import escalations, outbox
from ketamine_guide.store.database import engine, migrated
from ketamine_guide.store.turn import Turn

Run = Callable[..., str]


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    own = Settings(
        database_url=f"sqlite:///{tmp_path / 'guide.db'}", secret="a key", alert_webhook_url="http://127.0.0.1:1/"
    )
    monkeypatch.setattr(command, "settings", lambda: own)
    yield own
    engine(own.database_url).dispose()


@pytest.fixture
def database(chosen: Settings) -> Engine:
    return migrated(chosen.database_url)


@pytest.fixture
def run(database: Engine, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> str:
        command.main(arguments)
        return capsys.readouterr().out

    return run


def _record(database: Engine, chosen: Settings, message: str, kind: str, text: str = "the words") -> int:
    event = {
        "text": text,
        "message_id": message,
        "input_channel": "sms",
        "parse_data": {"entities": [{"entity": "crisis_kind", "value": kind}]},
    }
    return escalations.record(database, Turn.from_event("+15550100", 1_795_456_399.5, event), chosen)


def _kill_alert(database: Engine) -> None:
    moment = datetime.now(UTC) + timedelta(minutes=1)
    for _ in range(outbox.MAX_ATTEMPTS):
        alert = outbox.claim(database, ["webhook"], moment)
        assert alert
        outbox.mark_failed(database, alert, "ConnectionError", moment)
        moment += timedelta(hours=2)


def test_the_list_shows_what_is_open_gravest_first_and_nobody(run: Run, database: Engine, chosen: Settings) -> None:
    assert run("list") == "Nothing is open.\n"
    _record(database, chosen, "m1", "passive")
    _record(database, chosen, "m2", "imminent")
    header, _, first, second = run("list").splitlines()
    assert header.split() == ["number", "kind", "time", "(UTC)", "channel", "language", "alerts"]
    assert first.split() == ["2", "imminent", "2026-11-23", "17:53", "sms", "en", "webhook", "pending"]
    assert second.split()[:2] == ["1", "passive"]
    assert "5550100" not in run("list")


def test_words_that_are_kept_are_shown_without_steering_the_terminal(
    run: Run, database: Engine, chosen: Settings
) -> None:
    _record(database, chosen.copy(update={"keep_crisis_text": True}), "m1", "active", "I can't\n\x1b[2Jany more")
    assert "I can't  [2Jany more" in run("list")


def test_what_is_acknowledged_leaves_the_list(run: Run, database: Engine, chosen: Settings) -> None:
    _record(database, chosen, "m1", "active")
    assert run("acknowledge", "1", "--by", "Sam Lee") == "Escalation 1 is acknowledged by Sam Lee.\n"
    assert run("list") == "Nothing is open.\n"
    with pytest.raises(
        SystemExit, match=r"Escalation 1 was acknowledged already: by Sam Lee, \d{4}-\d\d-\d\d \d\d:\d\d UTC"
    ):
        run("acknowledge", "1", "--by", "Kim")


def test_counts_name_months_kinds_and_channels(run: Run, database: Engine, chosen: Settings) -> None:
    assert run("counts") == "There are none yet.\n"
    for message in ("m1", "m2"):
        _record(database, chosen, message, "active")
    assert run("counts").splitlines()[-1].split() == ["2026-11", "active", "sms", "2"]


def test_dead_alerts_are_shown_announced_and_tried_again(run: Run, database: Engine, chosen: Settings) -> None:
    _record(database, chosen, "m1", "active")
    assert run("dead") == "Every alert was sent, or still is being tried.\n"
    _kill_alert(database)
    assert run("dead").splitlines()[-1].split() == [
        *("1", "active", "2026-11-23", "17:53", "webhook", "12", "ConnectionError")
    ]
    assert "1 alert(s) could not be sent" in run("list")
    assert "webhook dead" in run("list")
    run("acknowledge", "1", "--by", "Sam")
    assert "1 alert(s) could not be sent" in run("list")
    assert run("retry", "1") == "1 alert(s) of escalation 1 will be tried again.\n"
    assert run("dead") == "Every alert was sent, or still is being tried.\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("acknowledge", "7", "--by", "Sam"), "There is no escalation 7."),
        (("acknowledge", "7", "--by", " "), "Say who acknowledges it"),
        (("retry", "7"), "Escalation 7 has no alert that was given up."),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(SystemExit, match=says):
        run(*arguments)


@pytest.mark.parametrize("arguments", [(), ("acknowledge", "one", "--by", "Sam"), ("acknowledge", "1"), ("unknown",)])
def test_a_wrong_call_is_explained(run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2
    assert "usage: python -m ketamine_guide.escalations" in capsys.readouterr().err


def test_a_database_that_is_not_there_is_named_without_its_address(
    chosen: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = chosen.copy(update={"database_url": f"sqlite:///{tmp_path / 'no such folder' / 'guide.db'}"})
    monkeypatch.setattr(command, "settings", lambda: gone)
    with pytest.raises(SystemExit, match=r"could not be used \(OperationalError\)\. KETAMINE_GUIDE_DATABASE_URL"):
        command.main(["list"])


def test_it_is_a_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ketamine_guide.escalations", "list"],
        cwd=ROOT,
        env={"KETAMINE_GUIDE_DATABASE_URL": f"sqlite:///{tmp_path / 'guide.db'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "Nothing is open.\n", "")
