"""Connections to the action server stay open, and one that was closed meanwhile loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientConnectionError, web
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from ketamine_guide.rasa_changes import connections


@pytest.fixture(autouse=True)
def changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EndpointConfig, "session", connections._session)
    monkeypatch.setattr(EndpointConfig, "request", connections._request)


Talk = Callable[[EndpointConfig], Awaitable[Any]]


def with_server(talk: Talk, *, closes_after: int | None = None) -> tuple[Any, list[tuple[str, int]]]:
    """What is said to a server, and the connections its requests came by; it hangs up after so many requests."""
    came: list[tuple[str, int]] = []

    async def answer(request: web.Request) -> web.Response:
        assert request.transport
        came.append(request.transport.get_extra_info("peername"))
        if closes_after is not None and len(came) == closes_after + 1:
            request.transport.abort()
        status = 500 if (await request.json()).get("fail") else 200
        return web.json_response({"number": len(came)}, status=status)

    async def run() -> Any:
        app = web.Application()
        app.router.add_post("/webhook", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0]
        endpoint = EndpointConfig(f"http://{host}:{port}/webhook")
        try:
            return await talk(endpoint)
        finally:
            await endpoint._kept[1].close()
            await runner.cleanup()

    return asyncio.run(run()), came


def test_the_next_request_comes_by_the_same_connection() -> None:
    async def three(endpoint: EndpointConfig) -> list[Any]:
        return [await endpoint.request(json={}) for _ in range(3)]

    said, came = with_server(three)
    assert said == [{"number": 1}, {"number": 2}, {"number": 3}]
    assert len(set(came)) == 1


def test_a_connection_closed_meanwhile_is_opened_again() -> None:
    async def two(endpoint: EndpointConfig) -> list[Any]:
        return [await endpoint.request(json={}) for _ in range(2)]

    said, came = with_server(two, closes_after=1)
    assert said == [{"number": 1}, {"number": 3}]
    assert len(set(came)) == 2


def test_an_error_of_the_server_is_told_once_and_the_connection_stays() -> None:
    async def failing(endpoint: EndpointConfig) -> Any:
        with pytest.raises(ClientResponseError):
            await endpoint.request(json={"fail": True})
        return await endpoint.request(json={})

    said, came = with_server(failing)
    assert said == {"number": 2}
    assert len(set(came)) == 1


def test_without_a_server_it_fails_as_before() -> None:
    async def ask() -> None:
        endpoint = EndpointConfig("http://127.0.0.1:1/webhook")
        try:
            with pytest.raises(ClientConnectionError):
                await endpoint.request(json={})
        finally:
            await endpoint._kept[1].close()

    asyncio.run(ask())
