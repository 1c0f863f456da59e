"""One turn for one message: within a process, between processes, and without a database."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ketamine_guide.channels.rendering import Reply
from ketamine_guide.channels.turns import Turns
from ketamine_guide.settings import Settings

SESSION, ID = "A" * 22, "9e63c38f-ca3f-4543-ba0c-bd4bf0057d4f"


class Counter:
    """A turn that takes a moment, and counts how often it was taken."""

    def __init__(self, *, fails: int = 0) -> None:
        self.taken, self.fails = 0, fails

    async def __call__(self, maybe_again: bool) -> list[Reply]:
        self.taken += 1
        await asyncio.sleep(0.05)
        if self.taken <= self.fails:
            raise ConnectionError
        return [{"id": f"turn {self.taken}"}]


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'guide.db'}", secret="a key")


@pytest.mark.parametrize("processes", [1, 2])
def test_twenty_at_once_are_one_turn(chosen: Settings, processes: int) -> None:
    async def send() -> list[list[Reply]]:
        all_turns = [Turns(chosen) for _ in range(processes)]
        return await asyncio.gather(*(all_turns[n % processes].replies(SESSION, ID, take) for n in range(20)))

    take = Counter()
    assert asyncio.run(send()) == [[{"id": "turn 1"}]] * 20
    assert take.taken == 1


def test_the_next_process_has_the_reply(chosen: Settings) -> None:
    take = Counter()
    replies = [asyncio.run(Turns(chosen).replies(SESSION, ID, take)) for _ in range(2)]
    assert replies == [[{"id": "turn 1"}]] * 2
    assert take.taken == 1


def test_a_turn_that_failed_may_be_taken_again(chosen: Settings) -> None:
    async def send() -> list[Reply]:
        turns = Turns(chosen)
        with pytest.raises(ConnectionError):
            await turns.replies(SESSION, ID, take)
        return await turns.replies(SESSION, ID, take)

    take = Counter(fails=1)
    assert asyncio.run(send()) == [{"id": "turn 2"}]


def test_who_gives_up_waiting_does_not_end_the_turn(chosen: Settings) -> None:
    async def send() -> list[Reply]:
        turns = Turns(chosen)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(turns.replies(SESSION, ID, take), 0.02)
        return await turns.replies(SESSION, ID, take)

    take = Counter()
    assert asyncio.run(send()) == [{"id": "turn 1"}]
    assert take.taken == 1


def test_without_a_database_memory_decides(chosen: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def send() -> list[list[Reply]]:
        turns = Turns(chosen.copy(update={"database_url": f"sqlite:///{tmp_path / 'no folder' / 'guide.db'}"}))
        return await asyncio.gather(*(turns.replies(SESSION, ID, take) for _ in range(20)))

    take = Counter()
    assert asyncio.run(send()) == [[{"id": "turn 1"}]] * 20
    assert take.taken == 1
    assert "The claims of messages can't be used: OperationalError" in caplog.text
