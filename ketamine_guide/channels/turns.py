"""One turn of the conversation for each message, however often and however concurrently it is sent.

The database decides between processes and keeps replies for a day; this process's memory decides within it, and alone
when the database can't be used: a message is answered all the same.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.engine import Engine

from ketamine_guide.channels.rendering import Reply
from ketamine_guide.settings import Settings
from ketamine_guide.store import claims
from ketamine_guide.store.claims import Claim
from ketamine_guide.store.database import migrated
from ketamine_guide.store.turn import keyed_hash

logger = logging.getLogger(__name__)

SECONDS = 8.0
_REMEMBERED = 10_000
# A database that is slow may cost a person in danger no more than this, before and after their turn.
_DATABASE_SECONDS = 0.5
_SECONDS_BETWEEN_LOOKS = 0.2
_SECONDS_BETWEEN_PURGES = 60 * 60

# Takes a message's turn. Called with whether it may have been taken before, by a process that died.
Take = Callable[[bool], Awaitable[list[Reply]]]
Result = TypeVar("Result")


class Turns:
    """The turns of the web channel.

    Args:
        chosen: the settings.
    """

    def __init__(self, chosen: Settings) -> None:
        self._url, self._key = chosen.database_url, chosen.secret_key()
        self._turns: OrderedDict[tuple[str, str], asyncio.Task[list[Reply]]] = OrderedDict()
        # Its own threads: a database that hangs must not take those of others.
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="claims")

    async def replies(self, session: str, id: str, take: Take) -> list[Reply]:
        """The replies to a message: of its one turn, which it starts unless that was done before.

        Args:
            session: the session.
            id: the client's number of the message.
            take: takes the turn.

        Raises:
            TimeoutError: there are none after 8 seconds. The turn goes on, and the next who asks gets its replies.
            Exception: what `take` raised. The message may then be sent again.
        """
        task = self._turns.get((session, id)) or self._start(session, id, take)
        return await asyncio.wait_for(asyncio.shield(task), SECONDS)

    async def purge_forever(self) -> None:
        """Deletes replies older than a day, once an hour."""
        while True:
            await self._ask(claims.purge, datetime.now(UTC))
            await asyncio.sleep(_SECONDS_BETWEEN_PURGES)

    def _start(self, session: str, id: str, take: Take) -> asyncio.Task[list[Reply]]:
        task = asyncio.create_task(self._turn(session, id, take))
        self._turns[session, id] = task
        if len(self._turns) > _REMEMBERED:
            self._turns.popitem(last=False)

        def forget_failure(done: asyncio.Task[list[Reply]]) -> None:
            if done.cancelled() or done.exception():
                self._turns.pop((session, id), None)

        task.add_done_callback(forget_failure)
        return task

    async def _turn(self, session: str, id: str, take: Take) -> list[Reply]:
        # Labelled, so that it is not the hash by which an escalation knows its sender.
        this = keyed_hash(f"claims of {session}", self._key), id
        claim = await self._claim(*this)
        if claim.reply is not None:
            kept: list[Reply] = json.loads(claim.reply)
            return kept
        try:
            replies = await take(claim.abandoned)
        except BaseException:
            await self._ask(claims.release, *this)
            raise
        await self._ask(claims.keep, *this, json.dumps(replies), datetime.now(UTC))
        return replies

    async def _claim(self, session_hash: str, id: str) -> Claim:
        """The claim once it is decided: ours, or the reply of the process that had it first."""
        while True:
            claim = await self._ask(claims.claim, session_hash, id, datetime.now(UTC)) or Claim(mine=True)
            if claim.mine or claim.reply is not None:
                return claim
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)

    async def _ask(self, what: Callable[..., Result], *arguments: Any) -> Result | None:
        """What the database says, or None when it can't be used: a claim is then ours, and nothing is kept."""
        call = partial(_with_database, self._url, what, *arguments)
        try:
            return await asyncio.wait_for(
                asyncio.get_running_loop().run_in_executor(self._threads, call), _DATABASE_SECONDS
            )
        except Exception as error:
            logger.error("The claims of messages can't be used: %s", type(error).__name__)
            return None


def _with_database(url: str, what: Callable[..., Result], *arguments: Any) -> Result:
    database: Engine = migrated(url)
    return what(database, *arguments)
