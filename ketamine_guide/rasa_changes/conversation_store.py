"""Where Rasa keeps its conversations: its own SQL store, which reads back less and waits less for the disk.

Rasa reads a conversation back whole for each message, counts its events again to know which are new, and has the disk
confirm each turn by itself while all other conversations wait. The table stays as Rasa has it: who else reads it
(`store/recovery.py`) sees no difference. `endpoints.yml` names this store.

Once a day it deletes the conversations that ended long ago (`store/old_conversations.py`).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict, deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from ketamine_guide.settings import settings
from ketamine_guide.store import old_conversations

logger = logging.getLogger(__name__)

# Some 60 MB. Conversations beyond them are read back from the database, as Rasa does with all.
_MOST_EVENTS = 20_000
_SECONDS_BETWEEN_DELETIONS = 24 * 60 * 60
# How many conversations are deleted in one go, so that no turn waits for long: 15 ms, of 1,000,000 events.
_DELETED_AT_ONCE = 20

Row = dict[str, Any]


@dataclass
class _Known:
    """A conversation of which we know how much of it is in the database.

    Attributes:
        tracker: the conversation.
        stored: how many of its events are in the database.
        newest: the number of the newest of them there; None when it is not known, or there are none.
        domain: what the tracker was made for.
        resting: whether the turn that had it has ended, so that the next may have it.
        size: how many events it counts for.
    """

    tracker: DialogueStateTracker
    stored: int
    newest: int | None
    domain: Domain
    resting: bool = False
    size: int = 0


class ConversationStore(SQLTrackerStore):  # type: ignore[misc]
    """Rasa's SQL tracker store, the latest conversations also in memory. Its options are those of `type: SQL`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._events = self.SQLEvent.__table__
        # Written out once: putting it together takes SQLAlchemy far longer than the database takes to answer it.
        of_sender = self._events.c.sender_id == bindparam("sender_id")
        self._newest_query = select(func.max(self._events.c.id)).where(of_sender).compile(self.engine)
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._held = 0
        self._waiting: deque[tuple[list[Row], Future[int | None]]] = deque()
        # One: SQLite takes one writer at a time, and what waits for it is then written together.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="conversations")
        self._deletion: asyncio.Task[None] | None = None
        if self.engine.dialect.name == "sqlite":
            self._use_write_ahead_log()

    def _use_write_ahead_log(self) -> None:
        # A commit then waits for the disk once instead of three times, and nobody who reads waits for it. The log is
        # folded into the file when its last connection closes, which takes long: this one stays open.
        try:
            self._open = self.engine.connect()
            self._open.exec_driver_sql("PRAGMA journal_mode = WAL")
            self._open.execute(select(self._events.c.id).limit(1)).all()
        except OperationalError as error:
            logger.error("The conversations are kept without a write-ahead log: %s", type(error).__name__)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation since its latest session began: from memory, unless the database has something newer.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database can't be read, and memory has not got it.
        """
        known = self._forget(sender_id)
        if known and not (known.resting and known.domain is self.domain):
            known = None
        newest = self._newest(sender_id, known)
        if known is None and newest is None:
            return None
        if known is None or known.newest != newest:
            tracker = await super().retrieve(sender_id)
            if tracker is None:
                return None
            known = _Known(tracker, len(tracker.events), newest, self.domain)
        known.resting = False
        self._remember(known)
        return known.tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Writes what is new, and comes back when the disk has it.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database refuses it. The next turn of this conversation tries again.
        """
        await self.stream_events(tracker)
        known = self._known.get(tracker.sender_id)
        if known is None or known.tracker is not tracker:
            known = _Known(tracker, self._stored(tracker), None, self.domain)
        new = list(islice(tracker.events, known.stored, None))
        ended = tracker.latest_action_name == ACTION_LISTEN_NAME
        try:
            if new:
                known.newest = await self._write([_row(tracker.sender_id, event) for event in new])
                known.stored += len(new)
            known.resting = ended
            if ended and any(isinstance(event, SessionStarted) for event in new):
                known.tracker = self._since_session_start(tracker)
                known.stored = len(known.tracker.events)
        except SQLAlchemyError:
            known.resting = ended
            raise
        finally:
            self._forget(tracker.sender_id)
            self._remember(known)
        if self._deletion is None:
            self._delete_daily()

    def _since_session_start(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """The conversation as it is read back: what was before the session began is left out."""
        began = max(event.timestamp for event in tracker.events if isinstance(event, SessionStarted))
        events = [event for event in tracker.events if event.timestamp >= began]
        return DialogueStateTracker.from_events(tracker.sender_id, events, self.domain.slots)

    def _delete_daily(self) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(_SECONDS_BETWEEN_DELETIONS, self._delete_daily)
        self._deletion = loop.create_task(self._delete_old())

    async def _delete_old(self) -> None:
        """Deletes the conversations that ended long ago, a few at a time, in line with what turns write."""
        loop, now, deleted = asyncio.get_running_loop(), datetime.now(UTC), 0
        try:
            senders = await asyncio.to_thread(old_conversations.find, self.engine, settings(), now)
            for first in range(0, len(senders), _DELETED_AT_ONCE):
                some = senders[first : first + _DELETED_AT_ONCE]
                deleted += await loop.run_in_executor(
                    self._writer, old_conversations.delete_all, self.engine, some, settings(), now
                )
                for sender in some:
                    self._forget(sender)
        except Exception as error:
            logger.error("Old conversations were not deleted, and will be tomorrow: %s", type(error).__name__)
        if deleted:
            logger.info("Old conversations were deleted: %d events", deleted)

    def _stored(self, tracker: DialogueStateTracker) -> int:
        """How many of a tracker's events the database has: it did not come from here, as that of a first message."""
        if self._newest(tracker.sender_id, None) is None:
            return 0
        with self.session_scope() as session:
            query = self._event_query(session, tracker.sender_id, fetch_events_from_all_sessions=False)
            return int(query.count())

    def _newest(self, sender_id: str, known: _Known | None) -> int | None:
        """The number of a conversation's newest event; the known one when the database can't be asked."""
        try:
            with self.engine.connect() as connection:
                return self._newest_of(connection, sender_id)
        except SQLAlchemyError:
            if known is None:
                raise
            return known.newest

    def _newest_of(self, connection: Connection, sender_id: str) -> int | None:
        query, given = self._newest_query, {"sender_id": sender_id}
        parameters = tuple(given[name] for name in query.positiontup) if query.positional else given
        number: int | None = connection.exec_driver_sql(query.string, parameters).scalar()
        return number

    def _forget(self, sender_id: str) -> _Known | None:
        known = self._known.pop(sender_id, None)
        self._held -= known.size if known else 0
        return known

    def _remember(self, known: _Known) -> None:
        known.size = len(known.tracker.events)
        self._held += known.size
        self._known[known.tracker.sender_id] = known
        while self._held > _MOST_EVENTS and len(self._known) > 1:
            self._forget(next(iter(self._known)))

    async def _write(self, rows: list[Row]) -> int | None:
        done: Future[int | None] = Future()
        self._waiting.append((rows, done))
        self._writer.submit(self._write_waiting)
        # A client that hangs up ends the waiting, and not the writing.
        number: int | None = await asyncio.shield(asyncio.wrap_future(done))
        return number

    def _write_waiting(self) -> None:
        turns = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            self._commit(turns)
        except Exception as error:
            # One that can't be written must not take the others along. A database that can't be used is none's fault.
            for turn in turns:
                try:
                    if isinstance(error, OperationalError):
                        raise
                    self._commit([turn])
                except Exception as own:
                    turn[1].set_exception(own)

    def _commit(self, turns: list[tuple[list[Row], Future[int | None]]]) -> None:
        if not turns:
            return
        with self.engine.begin() as connection:
            connection.execute(insert(self._events), [row for rows, _ in turns for row in rows])
            newest = [self._newest_of(connection, rows[0]["sender_id"]) for rows, _ in turns]
        for (_, done), number in zip(turns, newest, strict=True):
            done.set_result(number)


def _row(sender_id: str, event: Event) -> Row:
    """An event as Rasa writes it."""
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }
