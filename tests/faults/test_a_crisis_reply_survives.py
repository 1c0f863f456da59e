"""Whatever has failed, a person in danger gets the numbers within two seconds. Each with the real processes."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import tarfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select

from ketamine_guide.launch import MODEL, Bot, private_bot
from ketamine_guide.store.escalations import escalations

SECONDS = 2.0
WORDS = "i want to kill myself"


def _first_reply_in_time(bot: Bot, sender: str = "someone") -> None:
    started = time.monotonic()
    replies = bot.say(WORDS, sender)
    took = time.monotonic() - started
    assert replies, "the bot said nothing"
    first = str(replies[0]["text"])
    assert "988" in first
    assert "911" in first
    assert took < SECONDS, f"it took {took:.1f} seconds"


def _recorded(folder: Path, wanted: int, seconds: float = 30) -> int:
    """How many escalations there are, once there are as many as wanted or the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with create_engine(f"sqlite:///{folder / 'guide.db'}").connect() as database:
                count = int(database.execute(select(func.count()).select_from(escalations)).scalar_one())
        except Exception:
            count = 0
        if count >= wanted or time.monotonic() > deadline:
            return count
        time.sleep(0.5)


def test_with_a_dead_action_server_and_it_is_recorded_once_after_its_return(tmp_path: Path) -> None:
    with private_bot(tmp_path) as bot:
        bot.actions.terminate()
        bot.actions.wait(10)
        _first_reply_in_time(bot)
        assert not (tmp_path / "guide.db").exists() or _recorded(tmp_path, 1, seconds=0) == 0
    # The action server comes back with the same databases: what it missed is found in the conversations.
    with private_bot(tmp_path) as bot:
        assert _recorded(tmp_path, 1) == 1
        bot.say("how long does a session take?", "another")
        time.sleep(5)
        assert _recorded(tmp_path, 2, seconds=0) == 1


def test_with_an_action_server_that_never_answers(tmp_path: Path) -> None:
    with private_bot(tmp_path) as bot:
        bot.actions.terminate()
        bot.actions.wait(10)
        with socket.create_server(("127.0.0.1", bot.actions_port)):
            _first_reply_in_time(bot)


@pytest.mark.parametrize("database", ["conversations.db", "guide.db"])
@pytest.mark.parametrize("fault", ["locked", "gone", "full"])
def test_with_a_database_that_is(disk: Path, database: str, fault: str) -> None:
    with private_bot(disk) as bot:
        _first_reply_in_time(bot, "before")
        assert _recorded(disk, 1) == 1
        with _broken(disk / database, fault):
            _first_reply_in_time(bot)
        # A database that is gone takes its first record with it, and the conversations' their chance of being found.
        assert _recorded(disk, 1 if (database, fault) == ("guide.db", "gone") else 2) >= 1
        if fault != "gone":
            assert _recorded(disk, 2) == 2


@pytest.mark.parametrize("missing", ["encoder.onnx", "weights.npz", "lexicon.en.yml"])
def test_with_a_file_missing_from_the_model(tmp_path: Path, missing: str) -> None:
    with private_bot(tmp_path, model=_without(missing, tmp_path)) as bot:
        _first_reply_in_time(bot)


def test_with_fifty_at_once(tmp_path: Path) -> None:
    with private_bot(tmp_path) as bot, ThreadPoolExecutor(50) as pool:
        bot.say("hello", "warm-up")
        started = time.monotonic()
        replies = list(pool.map(lambda number: bot.say(WORDS, f"person-{number}"), range(50)))
        took = time.monotonic() - started
        assert all(said and "988" in str(said[0]["text"]) for said in replies)
        assert took < 50 * SECONDS / 10, f"all fifty took {took:.1f} seconds"
        assert _recorded(tmp_path, 50) == 50
        time.sleep(3)
        assert _recorded(tmp_path, 51, seconds=0) == 50


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a small disk of its own, so that it can be filled."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(tmp_path)], check=False)
    if mounted.returncode:
        pytest.skip("only root can make a small disk to fill")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


@contextmanager
def _broken(database: Path, fault: str) -> Iterator[None]:
    if fault == "locked":
        other = sqlite3.connect(database, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")
        other.close()
    elif fault == "gone":
        for path in database.parent.glob(database.name + "*"):
            path.unlink()
        yield
    else:
        filler = database.parent / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        yield
        filler.unlink()


def _without(missing: str, folder: Path) -> Path:
    """The trained model, less one file, which a part of it needs."""
    unpacked, made = folder / "unpacked", folder / "model.tar.gz"
    with tarfile.open(MODEL) as archive:
        archive.extractall(unpacked)  # noqa: S202 (our own model)
    found = list(unpacked.rglob(missing))
    assert found
    for path in found:
        path.unlink()
    with tarfile.open(made, "w:gz", compresslevel=1) as archive:
        archive.add(unpacked, arcname=".")
    shutil.rmtree(unpacked)
    return made
