"""Who wants no texts is kept once, found under any key, and forgotten when they come back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy.engine import Engine

from ketamine_guide.store import opt_outs

NOW = datetime.now(UTC)
NEW, OLD, OTHER = "a" * 64, "b" * 64, "c" * 64


def test_it_is_noted_once_and_found_under_any_key(database: Engine) -> None:
    assert opt_outs.add(database, OLD, NOW)
    assert not opt_outs.add(database, OLD, NOW)
    assert opt_outs.has(database, [NEW, OLD])
    assert not opt_outs.has(database, [NEW])


def test_who_comes_back_is_forgotten_under_every_key(database: Engine) -> None:
    for known in (NEW, OLD, OTHER):
        opt_outs.add(database, known, NOW)
    assert opt_outs.remove(database, [NEW, OLD])
    assert not opt_outs.remove(database, [NEW, OLD])
    assert opt_outs.has(database, [OTHER])
    assert not opt_outs.has(database, [NEW, OLD])


def test_of_many_at_once_one_notes_it(database: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: opt_outs.add(database, NEW, NOW), range(16))) == 1
