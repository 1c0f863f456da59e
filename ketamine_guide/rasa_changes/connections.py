"""Connections to the action server: Rasa opens one for each action, and throws it away.

Here it stays open for the next, as long as the action server lets it.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any

from aiohttp import ClientSession, ServerDisconnectedError
from rasa.utils.endpoints import EndpointConfig


def apply() -> None:
    """Lets connections to other servers stay open, in this process."""
    EndpointConfig.session = _session
    EndpointConfig.request = _request


_rasas_session, _rasas_request = EndpointConfig.session, EndpointConfig.request


class _Lent:
    """A session that is not closed when somebody is done with it."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> ClientSession:
        return self._session

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """It stays open."""


def _session(self: EndpointConfig) -> _Lent:
    """The session of this endpoint and of the loop that runs."""
    loop = asyncio.get_running_loop()
    kept: tuple[asyncio.AbstractEventLoop, ClientSession] | None = self.__dict__.get("_kept")
    if kept is None or kept[0] is not loop or kept[1].closed:
        kept = self._kept = (loop, _rasas_session(self))
    return _Lent(kept[1])


async def _request(self: EndpointConfig, *args: Any, **options: Any) -> Any:
    """Rasa's own, once more on a new connection where the kept one was closed: the request may not have arrived.

    An action that did run then runs twice. Ours may: what they record, they record once.
    """
    try:
        return await _rasas_request(self, *args, **options)
    except (ServerDisconnectedError, ConnectionResetError):
        return await _rasas_request(self, *args, **options)
