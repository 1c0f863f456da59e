"""Conversations are kept as Rasa keeps them, and come back as Rasa would read them, whatever happens in between."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy.exc import OperationalError

from ketamine_guide.rasa_changes import conversation_store
from ketamine_guide.rasa_changes.conversation_store import ConversationStore
from ketamine_guide.settings import ROOT
from ketamine_guide.store import old_conversations
from tests.rasa_changes.conftest import BEGINNING, conversations, state_of, turn

Open = Callable[..., ConversationStore]
LISTEN = BEGINNING[-1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "conversations.db"


@pytest.fixture
def store(file: Path, domain: Domain) -> ConversationStore:
    return ConversationStore(domain, db=str(file), query={"timeout": "0.1"})


def _rasas(file: Path, domain: Domain) -> SQLTrackerStore:
    return SQLTrackerStore(domain, db=str(file), query={"timeout": "0.1"})


async def _turn(store: TrackerStore, events: list[Event], sender: str = "someone") -> DialogueStateTracker:
    """A turn, as Rasa's processor takes it."""
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    tracker.update_with_events(events, store.domain, override_timestamp=False)
    await store.save(tracker)
    return tracker


def _rows(file: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(file) as database:
        return database.execute(
            "SELECT sender_id, type_name, timestamp, intent_name, action_name, data FROM events ORDER BY id"
        ).fetchall()


def _texts(file: Path, sender: str = "someone") -> list[str]:
    return [json.loads(row[5])["parse_data"]["intent"]["name"] for row in _rows(file) if row[:2] == (sender, "user")]


def _parts(events: list[Event]) -> list[list[Event]]:
    """The events by turns: each ends with listening."""
    parts: list[list[Event]] = [[]]
    for event in events:
        parts[-1].append(event)
        if event == LISTEN:
            parts.append([])
    return [part for part in parts if part]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=conversations)
def test_it_writes_what_rasa_writes_and_gives_back_what_rasa_would_read(
    tmp_path_factory: pytest.TempPathFactory, domain: Domain, events: list[Event]
) -> None:
    folder = tmp_path_factory.mktemp("conversations")
    ours, theirs = folder / "ours.db", folder / "theirs.db"
    store, rasas = ConversationStore(domain, db=str(ours)), _rasas(theirs, domain)

    async def talk() -> None:
        for part in _parts(events):
            await _turn(store, part)
            await _turn(rasas, part)
            found, wanted = await store.retrieve("someone"), await rasas.retrieve("someone")
            assert found is not None
            assert wanted is not None
            assert state_of(found) == state_of(wanted)

    asyncio.run(talk())
    assert _rows(ours) == _rows(theirs)


def test_a_conversation_is_in_memory_after_its_second_turn(
    store: ConversationStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def talk() -> None:
        await _turn(store, [*BEGINNING, *turn("hello", "utter_hello")])
        saved = await _turn(store, turn("ask_cost", "action_answer"))
        assert await store.retrieve("someone") is saved

    asyncio.run(talk())


def test_what_another_process_wrote_is_seen(store: ConversationStore, file: Path, domain: Domain) -> None:
    async def talk() -> None:
        await _turn(store, [*BEGINNING, *turn("hello", "utter_hello")])
        await _turn(store, turn("ask_cost", "action_answer"))
        await _turn(_rasas(file, domain), turn("crisis", "utter_crisis"))
        tracker = await _turn(store, turn("hello", "utter_hello"))
        assert [event.intent_name for event in tracker.events if isinstance(event, UserUttered)] == _texts(file)

    asyncio.run(talk())
    assert _texts(file) == ["hello", "ask_cost", "crisis", "hello"]


def test_a_tracker_that_came_from_elsewhere_is_stored_once(store: ConversationStore, file: Path) -> None:
    async def talk() -> None:
        tracker = await _turn(store, [*BEGINNING, *turn("hello", "utter_hello")])
        await store.retrieve("someone")  # as an API's client would, in the midst of a turn
        tracker.update_with_events(turn("ask_cost", "action_answer"), store.domain)
        await store.save(tracker)

    asyncio.run(talk())
    assert _texts(file)[0] == "hello"
    assert _texts(file)[-1] == "ask_cost"


def test_a_turn_that_failed_leaves_no_trace(store: ConversationStore, file: Path) -> None:
    async def talk() -> None:
        await _turn(store, [*BEGINNING, *turn("hello", "utter_hello")])
        await _turn(store, turn("ask_cost", "action_answer"))
        broken = await store.retrieve("someone")
        assert broken is not None
        broken.update_with_events(turn("crisis"), store.domain)
        # Something raises before it is saved; the next message comes.
        await _turn(store, turn("ask_session_length", "action_answer"))

    asyncio.run(talk())
    assert _texts(file) == ["hello", "ask_cost", "ask_session_length"]


@pytest.mark.parametrize("first", [True, False], ids=["the first turn", "a later turn"])
def test_what_a_locked_database_refuses_is_written_with_the_next_turn(
    store: ConversationStore, file: Path, first: bool
) -> None:
    async def talk() -> None:
        if not first:
            await _turn(store, [*BEGINNING, *turn("hello", "utter_hello")])
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OperationalError):
            await _turn(store, [*(BEGINNING if first else []), *turn("crisis", "utter_crisis")])
        known = await store.retrieve("someone")
        assert known is not None
        assert known.latest_message.intent_name == "crisis"  # type: ignore[union-attr]
        with pytest.raises(OperationalError):
            await store.save(known)
        other.execute("ROLLBACK")
        await _turn(store, turn("ask_cost", "action_answer"))

    asyncio.run(talk())
    assert _texts(file) == [*([] if first else ["hello"]), "crisis", "ask_cost"]


def test_a_conversation_goes_on_when_the_database_is_gone(store: ConversationStore, file: Path) -> None:
    async def talk() -> None:
        await _turn(store, [*BEGINNING, *turn("hello", "utter_hello")])
        await _turn(store, turn("crisis", "utter_crisis"))
        for path in file.parent.glob(file.name + "*"):
            path.unlink()
        found = await store.retrieve("someone")
        assert found is not None
        assert found.latest_message.intent_name == "crisis"  # type: ignore[union-attr]

    asyncio.run(talk())


def test_one_that_cannot_be_written_takes_no_other_along(store: ConversationStore, file: Path) -> None:
    senders = ["a", "half \ud800 a character", "b", "c"]

    async def talk() -> list[Any]:
        each = (_save_new(store, sender) for sender in senders)
        return await asyncio.gather(*each, return_exceptions=True)

    results = asyncio.run(talk())
    assert [type(result) for result in results] == [type(None), UnicodeEncodeError, type(None), type(None)]
    assert sorted({row[0] for row in _rows(file)}) == ["a", "b", "c"]


async def _save_new(store: ConversationStore, sender: str) -> None:
    rows = [conversation_store._row(sender, event) for event in turn("crisis", "utter_crisis")]
    await store._write(rows)


def test_many_at_once_are_all_written_each_in_order(store: ConversationStore, file: Path) -> None:
    asked = ["hello", *["ask_cost", "crisis"] * 4]

    async def talk(sender: str) -> None:
        for number, intent in enumerate(asked):
            await _turn(store, [*([] if number else BEGINNING), *turn(intent, "utter_hello")], sender)
            await asyncio.sleep(0)

    async def all_talk() -> None:
        await asyncio.gather(*(talk(f"sender-{number}") for number in range(50)))

    asyncio.run(all_talk())
    for number in range(50):
        assert _texts(file, f"sender-{number}") == asked


def test_who_hangs_up_is_written_all_the_same_and_once(store: ConversationStore, file: Path) -> None:
    async def talk() -> None:
        await _turn(store, [*BEGINNING, *turn("hello", "utter_hello")])
        with sqlite3.connect(file, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")  # so that the writing has to wait
            saving = asyncio.create_task(_turn(store, turn("crisis", "utter_crisis")))
            await asyncio.sleep(0.03)
            saving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await saving
            other.execute("ROLLBACK")
        await _turn(store, turn("ask_cost", "action_answer"))
        await _turn(store, turn("hello", "utter_hello"))

    asyncio.run(talk())
    assert sorted(_texts(file)) == sorted(["hello", "crisis", "ask_cost", "hello"])


def test_memory_holds_so_many_events_and_no_more(
    store: ConversationStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_store, "_MOST_EVENTS", 60)

    async def talk() -> None:
        for number in range(30):
            for _ in range(3):
                await _turn(store, [*BEGINNING, *turn("hello", "utter_hello")], f"sender-{number}")
        assert sum(len(known.tracker.events) for known in store._known.values()) <= 60
        again = await _turn(store, turn("crisis", "utter_crisis"), "sender-0")
        assert again.latest_message.intent_name == "crisis"  # type: ignore[union-attr]

    asyncio.run(talk())
    assert len(_texts(file, "sender-0")) == 4


def _age(file: Path, sender: str, days: float) -> None:
    with sqlite3.connect(file) as database:
        database.execute("UPDATE events SET timestamp = timestamp - ? WHERE sender_id = ?", (days * 86_400, sender))


async def _until_deleted(store: ConversationStore) -> None:
    assert store._deletion is not None
    await store._deletion


def _senders(file: Path) -> set[str]:
    return {str(row[0]) for row in _rows(file)}


def test_what_ended_long_ago_is_deleted_after_the_first_turn_from_memory_too(
    file: Path, store: ConversationStore, domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_store, "_DELETED_AT_ONCE", 2)

    async def talk() -> None:
        for number in range(5):
            await _turn(_rasas(file, domain), [*BEGINNING, *turn("hello", "utter_hello")], f"old {number}")
            await _turn(_rasas(file, domain), [*BEGINNING, *turn("hello", "utter_hello")], f"young {number}")
            _age(file, f"old {number}", 90.1)
            _age(file, f"young {number}", 89.9)
        assert await store.retrieve("old 0") is not None
        await _turn(store, [*BEGINNING, *turn("hello", "utter_hello")])
        await _until_deleted(store)
        assert set(store._known) == {"someone"}
        assert await store.retrieve("old 0") is None

    asyncio.run(talk())
    assert _senders(file) == {"someone", *(f"young {number}" for number in range(5))}


def test_who_comes_back_while_old_conversations_are_deleted_keeps_theirs(
    file: Path, store: ConversationStore, domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = old_conversations.find
    monkeypatch.setattr(old_conversations, "find", lambda *what: (found(*what), time.sleep(0.3))[0])

    async def talk() -> None:
        for sender in ("old", "back"):
            await _turn(_rasas(file, domain), [*BEGINNING, *turn("hello", "utter_hello")], sender)
            _age(file, sender, 100)
        await _turn(store, [*BEGINNING, *turn("hello", "utter_hello")])
        await asyncio.sleep(0.1)
        await _turn(store, turn("ask_cost", "action_answer"), "back")
        await _until_deleted(store)

    asyncio.run(talk())
    assert _senders(file) == {"someone", "back"}
    assert _texts(file, "back") == ["hello", "ask_cost"]


def test_it_deletes_once_a_day_turns_or_not(store: ConversationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(old_conversations, "find", lambda *_: looked.append(1) or [])

    async def talk(seconds: float) -> None:
        for number in range(5):
            await _turn(store, [*([] if number else BEGINNING), *turn("hello", "utter_hello")])
            await asyncio.sleep(seconds)

    asyncio.run(talk(0))
    assert len(looked) == 1
    assert conversation_store._SECONDS_BETWEEN_DELETIONS == 24 * 60 * 60
    monkeypatch.setattr(conversation_store, "_SECONDS_BETWEEN_DELETIONS", 0.1)
    store._deletion = None
    looked.clear()

    async def be_quiet() -> None:
        await _turn(store, turn("hello", "utter_hello"))
        await asyncio.sleep(0.35)

    asyncio.run(be_quiet())
    assert len(looked) in {3, 4}


@pytest.mark.parametrize("what", ["find", "delete_all"])
def test_a_deletion_that_fails_hurts_no_turn_and_comes_again(
    file: Path,
    store: ConversationStore,
    domain: Domain,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    what: str,
) -> None:
    works, fails = getattr(old_conversations, what), [True]

    def maybe(*given: Any) -> Any:
        if fails:
            fails.pop()
            raise OperationalError("DELETE the words themselves", {}, Exception("someone"))
        return works(*given)

    monkeypatch.setattr(old_conversations, what, maybe)
    monkeypatch.setattr(conversation_store, "_SECONDS_BETWEEN_DELETIONS", 0.2)

    async def talk() -> None:
        await _turn(_rasas(file, domain), [*BEGINNING, *turn("hello", "utter_hello")], "old")
        _age(file, "old", 91)
        await _turn(store, [*BEGINNING, *turn("crisis", "utter_crisis")])
        await _until_deleted(store)
        await _turn(store, turn("ask_cost", "action_answer"))
        assert _senders(file) == {"old", "someone"}
        await asyncio.sleep(0.3)
        await _until_deleted(store)

    with caplog.at_level(logging.INFO, conversation_store.__name__):
        asyncio.run(talk())
    assert _texts(file) == ["crisis", "ask_cost"]
    assert _senders(file) == {"someone"}
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == [
        "Old conversations were not deleted, and will be tomorrow: OperationalError"
    ]
    assert "words" not in caplog.text


def test_no_turn_waits_for_the_search_for_old_conversations(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(old_conversations, "find", lambda *_: time.sleep(1) or [])

    async def talk() -> float:
        started = time.monotonic()
        for number in range(3):
            await _turn(store, [*([] if number else BEGINNING), *turn("hello", "utter_hello")])
        return time.monotonic() - started

    assert asyncio.run(talk()) < 0.9


def test_rasa_makes_it_from_our_endpoints(tmp_path: Path, domain: Domain) -> None:
    options = yaml.safe_load((ROOT / "endpoints.yml").read_text())["tracker_store"]
    options["db"] = str(tmp_path / "conversations.db")
    made = TrackerStore.create(EndpointConfig.from_dict(options), domain)
    assert isinstance(made, ConversationStore)
    # Read by others while it is open, and after it is closed.
    with sqlite3.connect(tmp_path / "conversations.db") as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
