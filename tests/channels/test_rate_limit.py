"""Buckets: a minute's worth at once, then at an even pace, and never more memory than allowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketamine_guide.channels.rate_limit import Buckets, Limits, household


def test_a_minutes_worth_passes_at_once_and_then_one_at_a_time() -> None:
    buckets = Buckets(per_minute=6)
    assert [buckets.take("a", 0) for _ in range(6)] == [0] * 6
    assert buckets.take("a", 0) == pytest.approx(10)
    assert buckets.take("a", 4) == pytest.approx(6)
    assert buckets.take("a", 10) == 0
    assert buckets.take("a", 10) > 0


def test_names_do_not_share() -> None:
    buckets = Buckets(per_minute=1)
    assert buckets.take("a", 0) == buckets.take("b", 0) == 0
    assert buckets.take("a", 0) > 0


@given(st.lists(st.floats(0, 30), max_size=200), st.integers(1, 20))
def test_no_minute_lets_more_than_two_minutes_worth_pass(pauses: list[float], per_minute: int) -> None:
    buckets, now, passed = Buckets(per_minute), 0.0, []
    for pause in pauses:
        now += pause
        if not buckets.take("a", now):
            passed.append(now)
    assert all(sum(then <= other < then + 60 for other in passed) <= 2 * per_minute for then in passed)


def test_memory_is_bounded_and_the_quietest_is_forgotten() -> None:
    buckets = Buckets(per_minute=1, most=2)
    for name in ("a", "b", "c"):
        buckets.take(name, 0)
    assert buckets.take("c", 0) > 0
    assert buckets.take("a", 0) == 0
    assert buckets.take("b", 0) == 0
    assert len(vars(buckets)["_levels"]) == 2


@pytest.mark.parametrize(
    ("address", "shared_with"),
    [
        ("2001:db8:1:2:3::4", "2001:db8:1:2::1"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::1"),
        ("fe80::1%eth0", "fe80::2"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("nonsense", "<script>"),
        ("", "x" * 10_000),
    ],
)
def test_a_household_shares_its_limit(address: str, shared_with: str) -> None:
    assert household(address) == household(shared_with)
    assert len(household(shared_with)) < 64


def test_neighbours_do_not() -> None:
    assert household("192.0.2.1") != household("192.0.2.2")
    assert household("2001:db8:1:2::1") != household("2001:db8:1:3::1")


def test_sessions_of_one_address_share_the_addresss_limit() -> None:
    limits = Limits(per_session=2, per_address=3)
    waits = [limits.wait(session, "192.0.2.1", 0) for session in ("a", "a", "a", "b", "b")]
    assert [wait > 0 for wait in waits] == [False, False, True, False, True]
    assert limits.wait("c", "192.0.2.2", 0) == 0


def test_beyond_the_limit_messages_are_read_up_to_another() -> None:
    limits = Limits(per_session=1, per_address=2)
    read = [limits.may_be_read("192.0.2.1", 0) for _ in range(7)]
    assert read == [True] * 6 + [False]
    assert not limits.wait_for_session("192.0.2.1", 0)
    assert not limits.wait_for_session("192.0.2.1", 0)
    assert limits.wait_for_session("192.0.2.1", 0) == pytest.approx(30)
