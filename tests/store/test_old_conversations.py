"""Conversations that ended long ago are deleted: those, all of each, and none before its crisis turns are on record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from ketamine_guide.settings import Settings
from ketamine_guide.store import escalations
from ketamine_guide.store.old_conversations import delete_all, find
from ketamine_guide.store.recovery import recover

from .conftest import Conversations

NOW = datetime.now(UTC)


def _ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def _kept_for(chosen: Settings, days: int) -> Settings:
    return chosen.copy(update={"keep_conversations_days": days})


def _deleted(conversations: Conversations, chosen: Settings) -> int:
    senders = find(conversations._store.engine, chosen, NOW)
    return delete_all(conversations._store.engine, senders, chosen, NOW)


def _left(conversations: Conversations) -> dict[str, int]:
    """How many events there are of each sender."""
    with conversations._store.engine.connect() as connection:
        rows = connection.execute(text("SELECT sender_id, count(*) FROM events GROUP BY sender_id")).all()
    return dict(map(tuple, rows))


def test_old_conversations_are_deleted_whole_and_no_others(conversations: Conversations, chosen: Settings) -> None:
    for days in (400, 91, 90.01):
        conversations.say(f"{days}", _ago(days=days), sender="ended", intent="greet")
    for days in (400, 91, 89.99):
        conversations.say(f"{days}", _ago(days=days), sender="went on", intent="greet")
    conversations.say("m1", _ago(days=1), sender="young", intent="greet")
    assert find(conversations._store.engine, chosen, NOW) == ["ended"]
    assert _deleted(conversations, chosen) == 3
    assert _left(conversations) == {"went on": 3, "young": 1}


def test_one_that_goes_on_after_it_was_found_stays(conversations: Conversations, chosen: Settings) -> None:
    for sender in ("ended", "came back"):
        conversations.say("m1", _ago(days=100), sender=sender, intent="greet")
    found = find(conversations._store.engine, chosen, NOW)
    conversations.say("m2", NOW, sender="came back", intent="greet")
    assert sorted(found) == ["came back", "ended"]
    assert delete_all(conversations._store.engine, found, chosen, NOW) == 1
    assert _left(conversations) == {"came back": 2}


def test_the_setting_says_how_old(conversations: Conversations, chosen: Settings) -> None:
    conversations.say("m1", _ago(days=40), intent="greet")
    assert _deleted(conversations, chosen) == 0
    assert _deleted(conversations, _kept_for(chosen, 39)) == 1


def test_a_crisis_turn_is_on_record_before_it_goes(
    database: Engine, conversations: Conversations, chosen: Settings
) -> None:
    chosen = _kept_for(chosen, 2)
    conversations.say("m1", _ago(days=3))
    assert _deleted(conversations, chosen) == 0
    assert len(recover(database, conversations.url, chosen, NOW)) == 1
    conversations.say("m2", _ago(days=2.5), sender="not looked at yet")
    assert _deleted(conversations, chosen) == 1
    assert set(_left(conversations)) == {"not looked at yet"}
    assert len(recover(database, conversations.url, chosen, NOW)) == 1
    assert len(escalations.open_list(database)) == 2
    assert _deleted(conversations, chosen) == 1


def test_what_recovery_no_longer_looks_for_goes_without_it(conversations: Conversations, chosen: Settings) -> None:
    conversations.say("m1", _ago(days=30.01), sender="ended")
    conversations.say("m1", _ago(days=29.99), sender="maybe missed")
    assert _deleted(conversations, _kept_for(chosen, 2)) == 1
    assert set(_left(conversations)) == {"maybe missed"}


def test_after_a_deletion_recovery_still_finds_what_comes(
    database: Engine, conversations: Conversations, chosen: Settings
) -> None:
    chosen = _kept_for(chosen, 2)
    conversations.say("m1", _ago(days=3))
    recover(database, conversations.url, chosen, NOW)
    assert _deleted(conversations, chosen) == 1
    # SQLite gives the numbers of what was deleted again.
    conversations.say("m2", NOW)
    assert len(recover(database, conversations.url, chosen, NOW)) == 1


def test_a_database_that_refuses_it_keeps_all(conversations: Conversations, chosen: Settings) -> None:
    conversations.say("m1", _ago(days=100), intent="greet")
    senders = find(conversations._store.engine, chosen, NOW)
    with conversations._store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE events RENAME TO elsewhere"))
    with pytest.raises(SQLAlchemyError):
        delete_all(conversations._store.engine, senders, chosen, NOW)
    with conversations._store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO events"))
    assert _left(conversations) == {"+15550100": 1}
