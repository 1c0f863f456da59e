"""Late replies through Twilio's API: its own client, against a server made from Twilio's own description of it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from sqlalchemy import select
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ketamine_guide.channels.sms import twilio_api
from ketamine_guide.channels.sms.bodies import reply
from ketamine_guide.channels.sms.message import text_from
from ketamine_guide.channels.sms.service import BlockedError, SmsService
from ketamine_guide.channels.sms.twilio_api import TwilioSender
from ketamine_guide.launch import free_port
from ketamine_guide.settings import Settings
from ketamine_guide.store import opt_outs
from ketamine_guide.store.database import migrated
from ketamine_guide.store.tables import escalations

from .conftest import ACCOUNT, LINE, TOKEN, phone_number

STATUS_URL = "https://guide.clinic.example/webhooks/sms/twilio/status"
SECONDS_TO_START = 60


class Redirected(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's HTTP client, with another server in Twilio's place."""

    def __init__(self, server: str, timeout: float = 5) -> None:
        super().__init__(timeout=timeout)
        self._server = server

    def request(self, method: str, url: str, *arguments: Any, **more: Any) -> Any:
        return super().request(method, self._server + urlsplit(url).path, *arguments, **more)


def _sender(server: str, account: str = ACCOUNT, timeout: float = 5) -> TwilioSender:
    return TwilioSender(Client(account, TOKEN, http_client=Redirected(server, timeout)), STATUS_URL)


def _send(sender: TwilioSender, *bodies: str, to: str = "") -> None:
    asyncio.run(sender.send(to or phone_number(), LINE, [reply(body) for body in bodies]))


@pytest.fixture(scope="session")
def prism(tools: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Prism, which refuses what Twilio's published description of its API does not allow."""
    contract = shared / "contracts" / "twilio_api_v2010.json"
    if not contract.exists():
        pytest.skip("Twilio's OpenAPI description is not here: twilio_api_v2010.json")
    port = free_port()
    program = tools / "node_modules" / ".bin" / "prism"
    with (tmp_path_factory.mktemp("prism") / "log").open("wb") as log:
        command = [str(program), "mock", "-h", "127.0.0.1", "-p", str(port), "--errors", str(contract)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _wait(url: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        try:
            requests.get(url, timeout=5)
            return
        except requests.RequestException:
            time.sleep(0.2)
    raise AssertionError(f"{url} does not answer")


def test_what_is_sent_is_what_twilios_description_asks_for(prism: str) -> None:
    _send(_sender(prism), "1/2 An answer.", "2/2 And more.")


def test_what_it_does_not_allow_is_an_error(prism: str) -> None:
    with pytest.raises(TwilioRestException) as refused:
        _send(_sender(prism, account="nobody"), "An answer.")
    assert refused.value.status in {404, 422}


class Twilio:
    """A server that answers as it is told, and remembers what it was sent."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.sent: list[dict[str, list[str]]] = []


@contextmanager
def _twilio(*answers: tuple[int, dict[str, Any]]) -> Iterator[tuple[Twilio, str]]:
    state = Twilio()
    state.answers = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.sent.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            status, body = state.answers.pop(0) if state.answers else (201, {"sid": "SM1"})
            if status == 0:
                time.sleep(body["seconds"])
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield state, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


BLOCKED = (400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400})
BUSY = (429, {"code": 20429, "message": "Too many requests", "status": 429})
DOWN = (503, {"code": 20503, "message": "Unavailable", "status": 503})
WRONG = (400, {"code": 21211, "message": "Invalid To", "status": 400})


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio_api, "_SECONDS_BETWEEN", 0.01)


def test_every_field_is_sent() -> None:
    number = phone_number()
    with _twilio() as (state, server):
        asyncio.run(_sender(server).send(number, LINE, [reply("An answer."), reply("988", crisis=True)]))
    first, second = state.sent
    assert first == {
        "To": [number],
        "From": [LINE],
        "Body": ["An answer."],
        "StatusCallback": [STATUS_URL],
        "ValidityPeriod": ["300"],
    }
    assert second["StatusCallback"] == [f"{STATUS_URL}?crisis=1"]


@pytest.mark.parametrize("answer", [BUSY, DOWN])
def test_what_passes_is_tried_again(answer: tuple[int, dict[str, Any]]) -> None:
    with _twilio(answer, answer) as (state, server):
        _send(_sender(server), "An answer.")
    assert len(state.sent) == 3


def test_it_is_given_up_at_last() -> None:
    with _twilio(DOWN, DOWN, DOWN) as (state, server), pytest.raises(TwilioRestException):
        _send(_sender(server), "An answer.")
    assert len(state.sent) == 3


@pytest.mark.parametrize(("answer", "error"), [(WRONG, TwilioRestException), (BLOCKED, BlockedError)])
def test_what_does_not_pass_is_tried_once(answer: tuple[int, dict[str, Any]], error: type[Exception]) -> None:
    with _twilio(answer) as (state, server), pytest.raises(error):
        _send(_sender(server), "An answer.", "And more.")
    assert len(state.sent) == 1


def test_what_may_have_been_sent_is_not_sent_again() -> None:
    with _twilio((0, {"seconds": 1})) as (state, server), pytest.raises(requests.ReadTimeout):
        _send(_sender(server, timeout=0.2), "An answer.")
    assert len(state.sent) == 1


def test_nothing_else_waits_for_twilio() -> None:
    async def beats() -> int:
        sending = asyncio.create_task(_sender(server, timeout=2).send(phone_number(), LINE, [reply("An answer.")]))
        count = 0
        while not sending.done():
            await asyncio.sleep(0.01)
            count += 1
        assert isinstance(sending.exception(), requests.ReadTimeout | requests.ConnectionError)
        return count

    with _twilio((0, {"seconds": 1})) as (_, server):
        assert asyncio.run(beats()) > 10


def test_nothing_of_number_or_words_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    number = phone_number()
    with caplog.at_level("DEBUG"), _twilio(DOWN, BLOCKED) as (_, server), pytest.raises(BlockedError):
        _send(_sender(server), "my own words", to=number)
    assert "tried again" in caplog.text
    assert number[1:] not in caplog.text
    assert "my own words" not in caplog.text


class SlowRasa:
    """Stands where Rasa's agent does: it is there, and takes longer than anybody waits."""

    def __init__(self, seconds: float, says: str) -> None:
        self._seconds, self._says = seconds, says
        self.tracker_store = self
        self.turns = 0

    def is_ready(self) -> bool:
        return True

    async def retrieve(self, sender: str) -> None:
        return None

    @property
    def processor(self) -> Any:
        raise ConnectionError

    async def handle_message(self, message: Any) -> None:
        self.turns += 1
        await asyncio.sleep(self._seconds)
        await message.output_channel.send_response(message.sender_id, {"text": self._says})


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'guide.db'}", secret="a key", clinic_name="Riverside Clinic")


def _slowly(
    chosen: Settings, monkeypatch: pytest.MonkeyPatch, body: str, server: str, times: int = 1
) -> tuple[list[list[str]], Any, SlowRasa]:
    """Texts a guide that answers too late, and waits for what is sent later."""
    monkeypatch.setattr("ketamine_guide.channels.sms.service.SECONDS", 0.5)
    number = phone_number()
    text = text_from("twilio", id="SM1", number=number, line=LINE, body=body, keys=[b"a key"])

    async def converse() -> list[list[str]]:
        service, sender = SmsService(chosen), _sender(server)

        async def later(replies: list[Any]) -> None:
            await sender.send(number, LINE, replies)

        now = await asyncio.gather(*(service.replies(rasa, text, later) for _ in range(times)))
        while tasks := vars(service)["_late"]:
            await asyncio.gather(*tasks)
        await asyncio.sleep(0.5)
        return [[one["body"] for one in replies] for replies in now]

    rasa = SlowRasa(1.5, "The answer.")
    return asyncio.run(converse()), text, rasa


def test_a_late_answer_is_announced_and_sent_once(chosen: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with _twilio() as (state, server):
        now, _, rasa = _slowly(chosen, monkeypatch, "is it safe?", server, times=3)
    assert all("need a little longer" in bodies[0] and "988" in bodies[0] for bodies in now)
    assert [sent["Body"] for sent in state.sent] == [["The answer."]]
    assert rasa.turns == 1


def test_a_crisis_is_answered_at_once_and_nothing_follows(chosen: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with _twilio() as (state, server):
        now, _, _ = _slowly(chosen, monkeypatch, "i want to kill myself", server)
    assert "glad you told me" in now[0][0]
    assert state.sent == []


def test_a_late_answer_to_a_blocked_phone_opts_it_out_and_a_crisis_alerts_staff(
    chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The plain question's words: no crisis by the rules, and enough to alert staff when nobody can be asked.
    with _twilio(BLOCKED) as (_, server):
        now, text, _ = _slowly(chosen, monkeypatch, "lol this exam makes me wanna kms", server)
    assert "988" in now[0][0]
    database = migrated(chosen.database_url)
    assert opt_outs.has(database, text.opt_out_hashes)
    with database.connect() as connection:
        assert len(list(connection.execute(select(escalations.c.id)))) == 1
