"""The SMS channel's door: Rasa serves it below `/webhooks/sms`. `docs/sms.md` tells how a gateway is connected.

A gateway that is not set up has no door.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from functools import partial, wraps
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic import response as answer
from sanic.request import Request
from sanic.response import HTTPResponse
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ketamine_guide.channels.incoming import STATUS, RefusalError
from ketamine_guide.channels.quick_database import QuickDatabase
from ketamine_guide.channels.requests import address_of, agent_of, read_body
from ketamine_guide.channels.sms import kannel, twilio
from ketamine_guide.channels.sms.message import opt_out_hashes
from ketamine_guide.channels.sms.service import NAME, SmsService
from ketamine_guide.channels.sms.twilio_api import TIMEOUT, TwilioSender
from ketamine_guide.settings import settings
from ketamine_guide.store import deliveries

logger = logging.getLogger(__name__)

Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]
_XML = "text/xml; charset=utf-8"
_PLAIN = "text/plain; charset=utf-8"
_PATH = f"/webhooks/{NAME}/{twilio.NAME}"
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class SmsChannel(InputChannel):  # type: ignore[misc]
    """Rasa's input channel `sms`.

    Raises:
        ResourcesError, WordsError: the data is not whole.
    """

    def __init__(self) -> None:
        self._chosen = chosen = settings()
        earlier = chosen.earlier_secrets.get_secret_value().split(",")
        self._keys = [chosen.secret_key(), *(key.strip().encode() for key in earlier if key.strip())]
        self._token = chosen.twilio_auth_token.get_secret_value()
        self._password = chosen.kannel_password.get_secret_value()
        self._status_url = f"{chosen.sms_public_url}{_PATH}/status"
        self._service = SmsService(chosen)
        self._database = QuickDatabase(chosen.database_url, "reports of texts")
        self._sender: TwilioSender | None = None
        if self._token:
            client = Client(chosen.twilio_account_sid, self._token, http_client=TwilioHttpClient(timeout=TIMEOUT))
            self._sender = TwilioSender(client, self._status_url)

    @classmethod
    def name(cls) -> str:
        """The end of the channel's address."""
        return NAME

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of the gateways that are set up."""
        routes = Blueprint("sms_channel", strict_slashes=True)
        doors: dict[str, Handler] = {}
        if self._sender:
            doors |= {f"/{twilio.NAME}": self.twilio, f"/{twilio.NAME}/status": self.twilio_status}
        if self._password:
            doors |= {f"/{kannel.NAME}": self.kannel}
        for path, handler in doors.items():
            # Streamed: we and not Sanic decide how much of a body is read.
            routes.add_route(_guarded(handler), path, methods=["POST"], stream=True)
        routes.listener("after_server_start")(self._start)
        routes.listener("before_server_stop")(self._stop)
        return routes

    async def twilio(self, request: Request) -> HTTPResponse:
        """A text from Twilio, and the texts to send back."""
        fields = await self._signed(request, _PATH)
        text = twilio.read_text(fields, self._keys)
        send = partial(self._sender.send, fields["From"], fields.get("To", "")) if self._sender else None
        replies = await self._service.replies(agent_of(request), text, send)
        return answer.text(twilio.twiml(replies, self._status_url), headers=_HEADERS, content_type=_XML)

    async def twilio_status(self, request: Request) -> HTTPResponse:
        """What became of a text that was sent."""
        fields = await self._signed(request, f"{_PATH}/status")
        report = twilio.read_status(fields)
        news = await self._database.ask(deliveries.note, report.message_id, report.status, datetime.now(UTC))
        if news and report.status in deliveries.FAILED:
            what = "A crisis reply" if request.query_string == twilio.CRISIS_QUERY else "A text"
            logger.error("%s was not delivered (%s, error %s)", what, report.status, report.error or "unknown")
        if report.error == twilio.BLOCKED:
            await self._service.opt_out(opt_out_hashes(fields.get("To", ""), fields.get("From", ""), self._keys)[0])
        return answer.empty()

    async def kannel(self, request: Request) -> HTTPResponse:
        """A text from Kannel, and the text to send back."""
        password = request.headers.get("authorization", "")
        kannel.check_caller(address_of(request), self._chosen.kannel_addresses, password, self._password)
        body = await read_body(request, kannel.MOST_BYTES)
        text = kannel.read_text(request.args.get("id", ""), request.headers, body, self._keys)
        replies = await self._service.replies(agent_of(request), text)
        # Without words Kannel sends none when its `omit-empty` says so. Another status it takes for a failure.
        return answer.text(kannel.response(replies), headers=_HEADERS, content_type=_PLAIN)

    async def _signed(self, request: Request, path: str) -> dict[str, str]:
        """The signed fields. The address is the setting's: what a request says of its own host is anybody's word."""
        body = await read_body(request, twilio.MOST_BYTES)
        query = f"?{request.query_string}" if request.query_string else ""
        return twilio.signed_fields(
            body,
            request.headers.get("content-type", ""),
            f"{self._chosen.sms_public_url}{path}{query}",
            request.headers.get("x-twilio-signature", ""),
            self._token,
        )

    async def _start(self, app: Sanic, loop: Any) -> None:
        self._purge = asyncio.create_task(self._service.turns.purge_forever())

    async def _stop(self, app: Sanic, loop: Any) -> None:
        self._purge.cancel()


def _guarded(handler: Handler) -> Handler:
    """The handler, with a plain refusal of what is not as it must be."""

    @wraps(handler)
    async def guarded(request: Request) -> HTTPResponse:
        try:
            return await handler(request)
        except RefusalError as refusal:
            return answer.text(refusal.code, 403 if refusal.code == "token" else STATUS[refusal.code])
        except Exception as error:
            # The class and no text, which could hold a patient's words or number.
            logger.error("A request to the SMS channel failed: %s", type(error).__name__)
            return answer.text("failed", STATUS["failed"])

    return guarded
