"""The web channel: what the chat widget on a clinic's page talks to. `docs/web_channel.md` is its contract.

Rasa serves it in its own process, below `/webhooks/web`. In this order a message passes: origin, content type and size,
token, shape, length and rate (which stop no crisis), claim, Rasa. Whatever fails, the answer says where help is.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic import response as answer
from sanic.request import Request
from sanic.response import HTTPResponse

from ketamine_guide.channels import incoming, security, static_files, tokens
from ketamine_guide.channels.incoming import RefusalError
from ketamine_guide.channels.rasa_turn import ready
from ketamine_guide.channels.requests import address_of, agent_of, read_body
from ketamine_guide.channels.service import NAME, WebService
from ketamine_guide.content.library import library
from ketamine_guide.settings import settings

logger = logging.getLogger(__name__)

Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]


class WebChannel(InputChannel):  # type: ignore[misc]
    """Rasa's input channel `web`. Each of its handlers is named as in the contract.

    Raises:
        ResourcesError, WordsError: the data is not whole.
    """

    def __init__(self) -> None:
        chosen = settings()
        self._service = WebService(chosen)
        self._key = tokens.signing_key(chosen.secret_key())
        self._sites = frozenset(site for site in chosen.web_origins.split(",") if site)

    @classmethod
    def name(cls) -> str:
        """The end of the channel's address."""
        return NAME

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. Messages go to the agent itself: `on_new_message` does not tell whether there is one."""
        routes = Blueprint("web_channel", strict_slashes=True)
        for path, handler in (
            ("/session", self.session),
            ("/messages", self.messages),
            ("/feedback", self.feedback),
            ("/reports", self.reports),
        ):
            # Streamed: we and not Sanic decide how much of a body is read.
            routes.add_route(self._guarded(handler), path, methods=["POST"], stream=True)
            routes.add_route(_preflight, path, methods=["OPTIONS"], name=f"may_post{path}")
        for path, handler in (
            ("/info", self.info),
            ("/health", self.health),
            ("/ready", self.ready),
            ("/ketamine-guide.js", self.script),
            ("/demo", self.demo),
            ("/demo/", self.demo),
            ("/demo/<page>", self.demo),
        ):
            name = "get" + path.replace("<", "").replace(">", "")
            routes.add_route(self._guarded(handler), path, methods=["GET", "HEAD"], name=name)
            routes.add_route(_preflight, path, methods=["OPTIONS"], name=f"may_{name}")
        routes.middleware("response")(self._finish)
        routes.listener("after_server_start")(self._start)
        routes.listener("before_server_stop")(self._stop)
        return routes

    async def session(self, request: Request) -> HTTPResponse:
        """A new session's token."""
        incoming.read_fields(await _body(request))
        if wait := self._service.limits.wait_for_session(address_of(request), time.monotonic()):
            raise RefusalError("slow_down", wait)
        token, expires_at = tokens.issue(self._key, time.time())
        return answer.json({"token": token, "expires_at": expires_at}, 201)

    async def messages(self, request: Request) -> HTTPResponse:
        """The replies to a message."""
        session, fields = await self._checked(request)
        message = incoming.read_message(fields, library().topics)
        replies = await self._service.message(agent_of(request), session, address_of(request), message)
        return answer.json({"id": message.id, "replies": replies})

    async def feedback(self, request: Request) -> HTTPResponse:
        """Whether an answer helped."""
        session, fields = await self._checked(request)
        topic, helpful = incoming.read_feedback(fields, library().topics)
        await self._service.feedback(session, address_of(request), topic, helpful)
        return answer.empty()

    async def reports(self, request: Request) -> HTTPResponse:
        """A problem with the guide."""
        session, fields = await self._checked(request)
        text = incoming.read_report(fields)
        replies = await self._service.report(agent_of(request), session, address_of(request), text)
        return answer.json({"replies": replies})

    async def info(self, request: Request) -> HTTPResponse:
        """What stands around the conversation."""
        return answer.json(self._service.info(request.args.get("lang", "")))

    async def health(self, request: Request) -> HTTPResponse:
        """Whether the process answers."""
        return answer.json({"status": "ok"})

    async def ready(self, request: Request) -> HTTPResponse:
        """Whether patients get answers."""
        if not ready(agent_of(request)):
            raise RefusalError("not_ready")
        return answer.json({"status": "ok"})

    async def script(self, request: Request) -> HTTPResponse:
        """The widget."""
        file = static_files.widget()
        if file is None:
            return answer.text(static_files.NOT_BUILT, 404)
        return answer.raw(file.content, headers=security.SCRIPT_HEADERS, content_type=file.type)

    async def demo(self, request: Request, page: str | None = None) -> HTTPResponse:
        """The demo's pages."""
        if request.path.endswith("/demo"):
            # Its links are relative to the folder.
            return answer.redirect("demo/")
        file = static_files.demo(page or "index.html")
        if file is None:
            return answer.text(static_files.NO_SUCH_PAGE, 404)
        return answer.raw(file.content, headers=security.PAGE_HEADERS, content_type=file.type)

    def _guarded(self, handler: Handler) -> Handler:
        """The handler, for allowed origins, and with an honest answer to whatever goes wrong in it."""

        @wraps(handler)
        async def guarded(request: Request, **more: str) -> HTTPResponse:
            try:
                self._check_origin(request)
                return await handler(request, **more)
            except RefusalError as refusal:
                return self._refuse(refusal)
            except Exception as error:
                # The class and no text, which could hold a patient's words.
                logger.error("A request to the web channel failed: %s", type(error).__name__)
                return self._refuse(RefusalError("failed"))

        return guarded

    def _refuse(self, refusal: RefusalError) -> HTTPResponse:
        body = {"error": refusal.code, "replies": [self._service.failure(refusal.code, refusal.lang)]}
        headers = {"Retry-After": str(refusal.wait)} if refusal.wait else {}
        return answer.json(body, incoming.STATUS[refusal.code], headers=headers)

    def _check_origin(self, request: Request) -> None:
        incoming.check_origin(request.headers.get("origin"), request.headers.get("host", ""), self._sites)

    async def _checked(self, request: Request) -> tuple[str, dict[str, Any]]:
        """The session and the fields of a request that needs a token."""
        body = await _body(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            session = tokens.session(token.strip() if scheme.lower() == "bearer" else "", self._key)
        except tokens.TokenError as error:
            raise RefusalError("token") from error
        return session, incoming.read_fields(body)

    async def _finish(self, request: Request, response: HTTPResponse) -> HTTPResponse | None:
        """Adds the headers, and corrects Rasa's own CORS layer, which answers preflights before any handler."""
        origin = request.headers.get("origin")
        try:
            self._check_origin(request)
        except RefusalError as refusal:
            origin, permission = None, self._refuse(refusal)
        else:
            permission = answer.empty()
        asked = request.method == "OPTIONS"
        given = permission if asked else response
        headers = security.cors_headers(origin, preflight=asked)
        given.headers.update({**security.HEADERS, **given.headers, **headers})
        given.headers.pop("Access-Control-Allow-Credentials", None)
        return given if asked else None

    async def _start(self, app: Sanic, loop: Any) -> None:
        self._purge = asyncio.create_task(self._service.turns.purge_forever())

    async def _stop(self, app: Sanic, loop: Any) -> None:
        self._purge.cancel()


async def _preflight(request: Request) -> HTTPResponse:
    return answer.empty()


async def _body(request: Request) -> bytes:
    """The JSON body.

    Raises:
        RefusalError: it is too large, or of another content type.
    """
    incoming.check_type(request.headers.get("content-type", ""))
    return await read_body(request, incoming.MOST_BYTES)
