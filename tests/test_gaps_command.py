"""The command line of those who write the answers: similar questions stand together, the biggest gap first."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from sqlalchemy.engine import Engine

from ketamine_guide import gaps as command
from ketamine_guide.gaps import MOST_GROUPED, as_csv, as_text, gaps, trained_encoder
from ketamine_guide.launch import MODEL
from ketamine_guide.nlu.minilm import Encoder
from ketamine_guide.settings import ROOT, Settings
from ketamine_guide.store.database import engine, migrated
from ketamine_guide.store.unanswered import NOT_UNDERSTOOD, Unanswered, keep

Run = Callable[..., str]

DRIVING = ["can i drive home after", "is it ok to drive myself the same day", "when may I drive again"]
PARKING = ["where do i park", "is there parking at the building"]


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    assert MODEL.exists(), "There is no trained model. Run: make train"
    return trained_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    own = Settings(database_url=f"sqlite:///{tmp_path / 'guide.db'}")
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


def _question(text: str, reason: str = "cannot_driving", guesses: tuple[str, ...] = ("ask_nausea",)) -> Unanswered:
    return Unanswered(text, reason, guesses, "web")


def _by_hand(texts: list[str]) -> npt.NDArray[np.float32]:
    """Vectors of which those with the same first word point the same way."""
    first = sorted({text.split()[0].casefold() for text in texts})
    rows = [np.eye(len(first), dtype=np.float32)[first.index(text.split()[0].casefold())] for text in texts]
    return np.array(rows).reshape(len(texts), len(first))


def test_similar_questions_stand_together(encoder: Encoder) -> None:
    asked = [_question(text) for text in (*PARKING, *DRIVING)]
    found = gaps(asked, encoder.encode)
    assert [sorted(gap.examples) for gap in found] == [sorted(DRIVING), sorted(PARKING)]


def test_a_gap_tells_how_often_why_and_what_came_near() -> None:
    asked = [
        _question("drive home?", guesses=("ask_nausea", "ask_cost")),
        _question("Drive home", NOT_UNDERSTOOD, ("ask_dizziness", "ask_cost", "ask_nausea")),
        _question("drive later", guesses=("ask_dizziness", "ask_cost", "ask_booster")),
        _question("park", NOT_UNDERSTOOD, ()),
    ]
    first, second = gaps(asked, _by_hand)
    assert (first.count, first.reasons) == (3, (("cannot_driving", 2), (NOT_UNDERSTOOD, 1)))
    # 3 for the likeliest, 2 and 1 for the others: dizziness 6, cost 6, nausea 4.
    assert set(first.topics[:2]) == {"ask_dizziness", "ask_cost"}
    assert first.topics[2] == "ask_nausea"
    assert sorted(first.examples) == ["drive home?", "drive later"]
    assert (second.count, second.topics, second.examples) == (1, (), ("park",))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_questions_are_no_trouble(count: int) -> None:
    found = gaps([_question(f"drive {place}") for place in range(count)], _by_hand)
    assert sum(gap.count for gap in found) == count


def test_of_very_many_the_newest_are_grouped_and_no_example_is_shown_twice() -> None:
    asked = [_question(f"{'drive' if place % 2 else 'park'} {place}") for place in range(MOST_GROUPED)]
    old = [_question("old one"), _question("drive 1"), _question("DRIVE 1?")]
    found = gaps([*asked, *old], _by_hand)
    assert [gap.count for gap in found] == [MOST_GROUPED / 2 + 2, MOST_GROUPED / 2]
    assert all(len(set(gap.examples)) == len(gap.examples) == 5 for gap in found)


def test_the_command_shows_the_biggest_gap_first(run: Run, database: Engine) -> None:
    assert run() == "No unanswered question was kept.\n"
    now = datetime.now(UTC)
    keep(database, [_question(text) for text in DRIVING], now)
    keep(database, [_question(text, NOT_UNDERSTOOD, ("ask_gone",)) for text in PARKING], now - timedelta(days=9))
    shown = run()
    assert shown.startswith("5 unanswered questions in 2 groups:\n\n1. 3 questions (cannot_driving 3)\n")
    assert "\n   nearest topics: Can it cause nausea?\n" in shown
    assert "\n\n2. 2 questions (not_understood 2)\n   nearest topics: ask_gone\n" in shown
    for text in (*DRIVING, *PARKING):
        assert f"   - {text}\n" in shown
    assert "park" not in run("--since", "3")
    assert run("--most", "1").startswith("5 unanswered questions in 2 groups; the biggest:\n\n1. 3")
    assert "2. " not in run("--most", "1")


def test_the_table_is_for_spreadsheets_and_holds_no_formula(run: Run, database: Engine) -> None:
    keep(database, [_question('=HYPERLINK("x"), drive'), _question("park, where")], datetime.now(UTC))
    head, *rows = csv.reader(io.StringIO(run("--csv")))
    assert head[:4] == ["questions", "reasons", "nearest topics", "example 1"]
    assert sorted(row[:4] for row in rows) == [
        ["1", "cannot_driving 1", "ask_nausea", '\'=HYPERLINK("x"), drive'],
        ["1", "cannot_driving 1", "ask_nausea", "park, where"],
    ]
    assert as_csv([], 3).count("\n") == 1


def test_a_message_does_not_steer_the_terminal_and_a_long_one_is_cut() -> None:
    found = gaps([_question("drive \x1b[2J " + "far " * 100)], _by_hand)
    line = as_text(found, 1).splitlines()[-1]
    assert line.startswith("   - drive  [2J far far")
    assert line.endswith("…")
    assert len(line) < 120


@pytest.mark.parametrize(
    "arguments", [("--since", "-1"), ("--since", "9999"), ("--since", "x"), ("--most", "0"), ("now",)]
)
def test_a_wrong_call_is_explained(run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2
    assert "usage: python -m ketamine_guide.gaps" in capsys.readouterr().err


def test_without_a_database_or_a_model_it_says_so(
    chosen: Settings, database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(database, [_question("drive")], datetime.now(UTC))
    (tmp_path / "broken.tar.gz").write_bytes(b"no archive")
    with pytest.raises(tarfile.TarError):
        trained_encoder(tmp_path, tmp_path / "broken.tar.gz")
    monkeypatch.setattr(trained_encoder, "__defaults__", (tmp_path / "none.tar.gz",))
    with pytest.raises(SystemExit, match=r"could not be read: guide\.tar\.gz\. Run: make train"):
        command.main([])
    gone = chosen.copy(update={"database_url": f"sqlite:///{tmp_path / 'no such folder' / 'guide.db'}"})
    monkeypatch.setattr(command, "settings", lambda: gone)
    with pytest.raises(SystemExit, match=r"could not be used \(OperationalError\)\. KETAMINE_GUIDE_DATABASE_URL"):
        command.main([])


def test_it_is_a_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ketamine_guide.gaps"],
        cwd=ROOT,
        env={"KETAMINE_GUIDE_DATABASE_URL": f"sqlite:///{tmp_path / 'guide.db'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "No unanswered question was kept.\n", "")
