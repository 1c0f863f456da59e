"""A real web server and a real mail server that receive alerts, and do what a test tells them."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from ketamine_guide.launch import free_port
from ketamine_guide.store.outbox import Alert

from ..store.conftest import chosen, conversations, database, url

__all__ = ["chosen", "conversations", "database", "url"]
SECRET = "signed"


class Receiver:
    """A web server that notes what is posted, and answers with the statuses it is given, then with 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.paths: list[str] = []
        receiver, lock = self, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with lock:
                    receiver.headers.append(dict(self.headers))
                    receiver.bodies.append(body)
                    receiver.paths.append(self.path)
                    status = receiver.statuses.pop(0) if receiver.statuses else 200
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/alerts"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def ids(self) -> list[int]:
        return [json.loads(body)["id"] for body in self.bodies]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class MailServer:
    """An SMTP server on a port that stays the same when it goes down and comes up again."""

    def __init__(self, **options: Any) -> None:
        self.port = free_port()
        self.mails: list[Envelope] = []
        self.encrypted: list[bool] = []
        self.logins: list[bool] = []
        self.refused: set[str] = set()
        self._options = options
        self._controller: Controller | None = None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.mails.append(envelope)
        self.encrypted.append(session.ssl is not None)
        self.logins.append(bool(session.authenticated))
        return "250 OK"

    def up(self) -> MailServer:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **self._options)
        self._controller.start()
        return self

    def down(self) -> None:
        if self._controller:
            self._controller.stop()
        self._controller = None


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.close()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer().up()
    yield server
    server.down()


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def alert() -> Alert:
    moment = datetime(2026, 11, 23, 17, 53, 19, 500_000, UTC)
    return Alert(id=3, route="webhook", attempt=1, number=7, kind="imminent", at=moment, channel="sms")
