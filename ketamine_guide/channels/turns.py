"""One turn of the conversation for each message, however often and however concurrently it is sent.

The database decides between processes and keeps replies for a day; this process's memory decides within it, and alone
when the database can't be used: a message is answered all the same.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from ketamine_guide.channels.quick_database import QuickDatabase
from ketamine_guide.channels.rendering import Reply
from ketamine_guide.settings import Settings
from ketamine_guide.store import claims
from ketamine_guide.store.claims import Claim
from ketamine_guide.store.turn import keyed_hash

SECONDS = 8.0
_REMEMBERED = 10_000
_SECONDS_BETWEEN_LOOKS = 0.2
_SECONDS_BETWEEN_PURGES = 60 * 60

# Takes a message's turn. Called with whether it may have been taken before, by a process that died.
Take = Callable[[bool], Awaitable[list[Reply]]]


class Turns:
    """The turns of a channel.

    Args:
        chosen: the settings.
    """

    def __init__(self, chosen: Settings) -> None:
        self._key, self._database = chosen.secret_key(), QuickDatabase(chosen.database_url, "claims of messages")
        self._turns: OrderedDict[tuple[str, str], asyncio.Task[list[Reply]]] = OrderedDict()

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
            await self._database.ask(claims.purge, datetime.now(UTC))
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
            await self._database.ask(claims.release, *this)
            raise
        await self._database.ask(claims.keep, *this, json.dumps(replies), datetime.now(UTC))
        return replies

    async def _claim(self, session_hash: str, id: str) -> Claim:
        """The claim once it is decided: ours, or the reply of the process that had it first."""
        while True:
            claim = await self._database.ask(claims.claim, session_hash, id, datetime.now(UTC)) or Claim(mine=True)
            if claim.mine or claim.reply is not None:
                return claim
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
