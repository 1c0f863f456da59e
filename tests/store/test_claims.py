"""A message is claimed once, whoever comes first, and its reply is kept for a day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.engine import Engine

from ketamine_guide.store import claims
from ketamine_guide.store.claims import KEPT, LEASE, Claim
from ketamine_guide.store.tables import claims as table

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SESSION, OTHER = "a" * 64, "b" * 64
MESSAGE = "9e63c38f-ca3f-4543-ba0c-bd4bf0057d4f"


def test_the_first_gets_it_and_the_others_wait_for_the_reply(database: Engine) -> None:
    assert claims.claim(database, SESSION, MESSAGE, NOW) == Claim(mine=True)
    assert claims.claim(database, SESSION, MESSAGE, NOW) == Claim()
    claims.keep(database, SESSION, MESSAGE, "[]", NOW)
    assert claims.claim(database, SESSION, MESSAGE, NOW) == Claim(reply="[]")


def test_another_session_may_use_the_same_number(database: Engine) -> None:
    assert claims.claim(database, SESSION, MESSAGE, NOW).mine
    assert claims.claim(database, OTHER, MESSAGE, NOW).mine


def test_of_fifty_at_once_one_gets_it(database: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: claims.claim(database, SESSION, MESSAGE, NOW), range(50)))
    assert sum(claim.mine for claim in found) == 1


def test_a_claim_that_was_left_is_taken_over_by_one(database: Engine) -> None:
    claims.claim(database, SESSION, MESSAGE, NOW)
    assert claims.claim(database, SESSION, MESSAGE, NOW + LEASE) == Claim()
    later = NOW + LEASE + timedelta(seconds=1)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: claims.claim(database, SESSION, MESSAGE, later), range(20)))
    assert sorted(found, key=lambda claim: claim.mine)[-2:] == [Claim(), Claim(mine=True, abandoned=True)]


def test_an_answered_claim_is_not_taken_over(database: Engine) -> None:
    claims.claim(database, SESSION, MESSAGE, NOW)
    claims.keep(database, SESSION, MESSAGE, "[1]", NOW)
    assert claims.claim(database, SESSION, MESSAGE, NOW + 2 * LEASE) == Claim(reply="[1]")


def test_a_claim_that_came_to_nothing_may_be_made_again(database: Engine) -> None:
    claims.claim(database, SESSION, MESSAGE, NOW)
    claims.release(database, SESSION, MESSAGE)
    assert claims.claim(database, SESSION, MESSAGE, NOW) == Claim(mine=True)
    claims.keep(database, SESSION, MESSAGE, "[]", NOW)
    claims.release(database, SESSION, MESSAGE)
    assert claims.claim(database, SESSION, MESSAGE, NOW) == Claim(reply="[]")


def test_a_reply_is_kept_without_a_claim_too(database: Engine) -> None:
    claims.keep(database, SESSION, MESSAGE, "[]", NOW)
    assert claims.claim(database, SESSION, MESSAGE, NOW) == Claim(reply="[]")


def test_after_a_day_nothing_is_left(database: Engine) -> None:
    claims.keep(database, SESSION, MESSAGE, "[]", NOW)
    claims.claim(database, OTHER, MESSAGE, NOW + timedelta(hours=2))
    assert claims.purge(database, NOW + KEPT) == 0
    assert claims.purge(database, NOW + KEPT + timedelta(seconds=1)) == 1
    with database.connect() as connection:
        assert [row.session_hash for row in connection.execute(select(table))] == [OTHER]
