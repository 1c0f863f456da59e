"""A crisis turn that the action server missed is found in Rasa's own events and recorded, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from rasa_sdk import Tracker
from sqlalchemy import event as database_events
from sqlalchemy import text
from sqlalchemy.engine import Engine, make_url

from ketamine_guide.settings import Settings
from ketamine_guide.store import escalations, recovery
from ketamine_guide.store.database import reader
from ketamine_guide.store.outbox import states
from ketamine_guide.store.recovery import recover
from ketamine_guide.store.turn import Turn

from .conftest import Conversations

NOW = datetime.now(UTC)


def _insert(conversations: Conversations, rows: list[dict[str, object]]) -> None:
    """Events of which Rasa itself would write thousands too slowly, or in another order."""
    defaults = {"sender_id": "s", "type_name": "bot", "intent_name": None, "action_name": None, "data": "{}"}
    with conversations._store.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO events (id, sender_id, type_name, timestamp, intent_name, action_name, data)"
                " VALUES (:id, :sender_id, :type_name, :timestamp, :intent_name, :action_name, :data)"
            ),
            [defaults | row for row in rows],
        )


@pytest.fixture
def read_rows(conversations: Conversations) -> Iterator[list[int]]:
    """How many events each later reading of the conversations begins after."""
    starts: list[int] = []

    def note(connection: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
        if "events.id > " in statement:
            starts.append(next(iter(parameters.values() if isinstance(parameters, dict) else parameters)))  # type: ignore[call-overload]

    engine = reader(conversations.url)
    database_events.listen(engine, "before_cursor_execute", note)
    yield starts
    database_events.remove(engine, "before_cursor_execute", note)


def test_a_missed_turn_is_recorded_with_its_own_time_and_alerts(
    database: Engine, conversations: Conversations, chosen: Settings
) -> None:
    said = NOW - timedelta(hours=3)
    conversations.say("m1", said)
    conversations.say("m2", said, intent="greet")
    (number,) = recover(database, conversations.url, chosen, NOW)
    (row,) = escalations.open_list(database)
    assert (row.id, row.kind, row.channel, row.language, row.model) == (number, "passive", "sms", "es", "105b8f6a")
    assert row.at == said
    assert row.text is None
    assert states(database, [number]) == {number: {"webhook": "pending", "email": "pending"}}


def test_a_recorded_turn_is_not_recorded_again(
    database: Engine, conversations: Conversations, chosen: Settings
) -> None:
    conversations.say("m1", NOW)
    with reader(conversations.url).connect() as connection:
        event = json.loads(connection.execute(text("SELECT data FROM events WHERE type_name = 'user'")).scalar_one())
    live = Tracker("+15550100", {}, event["parse_data"], [event], False, None, {}, None)
    escalations.record(database, Turn.from_event(live.sender_id, live.events[-1]["timestamp"], live.events[-1]), chosen)
    assert recover(database, conversations.url, chosen, NOW) == []
    assert len(escalations.open_list(database)) == 1


def test_run_twice_it_adds_nothing(database: Engine, conversations: Conversations, chosen: Settings) -> None:
    conversations.say("m1", NOW - timedelta(hours=3))
    conversations.say("m2", NOW)
    assert len(recover(database, conversations.url, chosen, NOW)) == 2
    assert recover(database, conversations.url, chosen, NOW) == []
    conversations.say("m3", NOW)
    assert len(recover(database, conversations.url, chosen, NOW)) == 1
    assert len(escalations.open_list(database)) == 3


def test_run_by_many_at_once_it_records_each_turn_once(
    database: Engine, conversations: Conversations, chosen: Settings
) -> None:
    for place in range(5):
        conversations.say(f"m{place}", NOW - timedelta(hours=3), sender=f"patient {place % 2}")
    together = Barrier(4)

    def run(_: int) -> None:
        together.wait()
        recover(database, conversations.url, chosen, NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    numbers = [row.id for row in escalations.open_list(database)]
    assert len(numbers) == 5
    assert states(database, numbers) == {number: {"webhook": "pending", "email": "pending"} for number in numbers}


def test_what_is_older_than_thirty_days_is_left(
    database: Engine, conversations: Conversations, chosen: Settings
) -> None:
    conversations.say("m1", NOW - timedelta(days=30, minutes=1))
    conversations.say("m2", NOW - timedelta(days=29, hours=23))
    assert len(recover(database, conversations.url, chosen, NOW)) == 1


def test_it_goes_on_where_it_stopped(
    database: Engine,
    conversations: Conversations,
    chosen: Settings,
    read_rows: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recovery, "_BATCH", 100)
    old, young = (NOW - timedelta(hours=3)).timestamp(), NOW.timestamp()
    _insert(conversations, [{"id": place, "timestamp": old} for place in range(1, 951)])
    _insert(conversations, [{"id": place, "timestamp": young} for place in range(951, 1_101)])
    recover(database, conversations.url, chosen, NOW)
    assert read_rows == [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000, 1_100]
    read_rows.clear()
    recover(database, conversations.url, chosen, NOW)
    assert read_rows == [950, 1_050, 1_100]


@pytest.mark.parametrize("batch", [1, 100])
def test_an_event_that_becomes_visible_after_a_later_one_is_found(
    database: Engine, conversations: Conversations, chosen: Settings, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(recovery, "_BATCH", batch)
    old, young = (NOW - timedelta(hours=1)).timestamp(), (NOW - timedelta(minutes=10)).timestamp()
    crisis = {"type_name": "user", "intent_name": "crisis", "timestamp": young}
    _insert(conversations, [{"id": 7, "timestamp": old}])
    _insert(conversations, [crisis | {"id": 9, "data": '{"message_id": "m9"}'}, {"id": 10, "timestamp": old}])
    assert len(recover(database, conversations.url, chosen, NOW)) == 1
    _insert(conversations, [crisis | {"id": 8, "data": '{"message_id": "m8"}'}])
    assert len(recover(database, conversations.url, chosen, NOW + timedelta(minutes=2))) == 1


def test_a_database_of_conversations_that_began_anew_is_read_from_its_beginning(
    database: Engine, conversations: Conversations, chosen: Settings
) -> None:
    old = (NOW - timedelta(hours=3)).timestamp()
    _insert(conversations, [{"id": place, "timestamp": old} for place in range(1, 51)])
    recover(database, conversations.url, chosen, NOW)
    with conversations._store.engine.begin() as connection:
        connection.execute(text("DELETE FROM events"))
    _insert(conversations, [{"id": place, "timestamp": old + 60} for place in range(2, 101)])
    _insert(conversations, [{"id": 1, "type_name": "user", "intent_name": "crisis", "timestamp": old + 60}])
    assert len(recover(database, conversations.url, chosen, NOW)) == 1


@pytest.mark.parametrize("data", ["no JSON", "[]", "null", '{"parse_data": 7, "text": 1}'])
def test_an_event_that_cannot_be_read_is_recorded_all_the_same(
    database: Engine, conversations: Conversations, chosen: Settings, data: str
) -> None:
    crisis = {"type_name": "user", "intent_name": "crisis", "timestamp": NOW.timestamp(), "data": data}
    _insert(conversations, [crisis | {"id": 1}])
    assert len(recover(database, conversations.url, chosen, NOW)) == 1
    assert escalations.open_list(database)[0].kind == "active"


def test_a_failure_half_way_loses_nothing(
    database: Engine, conversations: Conversations, chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "_BATCH", 1)
    for place in range(3):
        conversations.say(f"m{place}", NOW - timedelta(hours=3))
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE outbox RENAME TO elsewhere")
    with pytest.raises(Exception, match="outbox"):
        recover(database, conversations.url, chosen, NOW)
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO outbox")
    assert len(recover(database, conversations.url, chosen, NOW)) == 3


def test_without_conversations_there_is_nothing_to_find_and_none_are_made(
    database: Engine, chosen: Settings, url: str
) -> None:
    assert recover(database, chosen.conversations_url, chosen, NOW) == []
    assert recover(database, url, chosen, NOW) == []
    if make_url(url).get_backend_name() == "sqlite":
        with pytest.raises(FileNotFoundError):
            open(str(make_url(chosen.conversations_url).database)).close()


@pytest.mark.parametrize(
    ("intent", "action", "found"),
    [
        ("check_in_yes", None, 1),
        ("say_yes", "utter_crisis", 1),
        ("say_yes", "utter_say_yes", 0),
        ("crisis", "utter_crisis", 1),
    ],
)
def test_a_yes_to_the_plain_question_is_found_too(
    database: Engine, conversations: Conversations, chosen: Settings, intent: str, action: str | None, found: int
) -> None:
    now = NOW.timestamp()
    said = json.dumps({"message_id": "m1"})
    rows: list[dict[str, object]] = [
        {"id": 1, "type_name": "user", "timestamp": now, "intent_name": "greet"},
        {"id": 2, "type_name": "user", "timestamp": now, "intent_name": intent, "data": said},
        {"id": 3, "type_name": "user", "timestamp": now, "intent_name": "greet", "sender_id": "another"},
        {"id": 4, "type_name": "action" if action else "bot", "timestamp": now, "action_name": action},
    ]
    _insert(conversations, rows)
    assert len(recover(database, conversations.url, chosen, NOW)) == found
    assert recover(database, conversations.url, chosen, NOW) == []
