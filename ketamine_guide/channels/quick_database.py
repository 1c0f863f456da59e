"""The database as a channel asks it: never waited for long, and done without when it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from ketamine_guide.store.database import migrated

logger = logging.getLogger(__name__)

# A database that is slow may cost a person in danger no more than this, before and after their turn.
_SECONDS = 0.5

Result = TypeVar("Result")


class QuickDatabase:
    """A database with threads of its own: one that hangs must not take those of others.

    Args:
        url: an SQLAlchemy URL.
        purpose: what is kept there, as the log says it.
    """

    def __init__(self, url: str, purpose: str) -> None:
        self._url, self._purpose = url, purpose
        self._threads = ThreadPoolExecutor(4, thread_name_prefix=purpose)

    async def ask(self, what: Callable[..., Result], *arguments: Any) -> Result | None:
        """What a function of `store/` says when it is called with the database, or None when that can't be used."""
        call = partial(_with_database, self._url, what, *arguments)
        try:
            return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(self._threads, call), _SECONDS)
        except Exception as error:
            logger.error("The %s can't be used: %s", self._purpose, type(error).__name__)
            return None


def _with_database(url: str, what: Callable[..., Result], *arguments: Any) -> Result:
    return what(migrated(url), *arguments)
