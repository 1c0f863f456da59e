"""A real guide that is texted, by phones behind Twilio, whose own library signs, and behind a real Kannel."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
import requests
from twilio.request_validator import RequestValidator

from ketamine_guide.launch import MODEL, private_bot
from tests.channels.conftest import Guide

PUBLIC = "https://guide.clinic.example"
PATH = "/webhooks/sms/twilio"
TOKEN, PASSWORD = secrets.token_hex(16), secrets.token_hex(16)
ACCOUNT = "AC" + secrets.token_hex(16)
LINE = "+15550109999"
SETTINGS = {
    "KETAMINE_GUIDE_CLINIC_NAME": "Riverside Clinic",
    "KETAMINE_GUIDE_CLINIC_PHONE": "555-0100",
    "KETAMINE_GUIDE_SMS_PUBLIC_URL": PUBLIC,
    "KETAMINE_GUIDE_TWILIO_ACCOUNT_SID": ACCOUNT,
    "KETAMINE_GUIDE_TWILIO_AUTH_TOKEN": TOKEN,
    "KETAMINE_GUIDE_KANNEL_PASSWORD": PASSWORD,
}
MANY = {"KETAMINE_GUIDE_SMS_MESSAGES_PER_MINUTE": "5000"}
TOOLS = Path(__file__).parent / "tools"
# What Twilio sends of a phone that it knows no place for: fields without a value, which are signed too.
BLANKS = {"FromCity": "", "FromState": "", "FromZip": "", "FromCountry": "US", "ToCity": "", "SmsStatus": "received"}


def sid() -> str:
    return "SM" + secrets.token_hex(16)


def phone_number() -> str:
    return f"+1555{secrets.randbelow(10**7):07}"


def signature(fields: dict[str, str], path: str = PATH, *, url: str = PUBLIC, token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(url + path, fields))


def post(
    server: str, fields: dict[str, str] | str, signed: str | None, path: str = PATH, **more: str
) -> requests.Response:
    body = fields if isinstance(fields, str) else urlencode(fields)
    headers = {"Content-Type": "application/x-www-form-urlencoded", **more}
    if signed is not None:
        headers["X-Twilio-Signature"] = signed
    return requests.post(server + path, body.encode(), headers=headers, timeout=30)


@dataclass
class Phone:
    """A phone that texts the guide through Twilio."""

    server: str
    number: str = field(default_factory=phone_number)
    line: str = LINE

    def fields(self, body: str, id: str = "", **more: str) -> dict[str, str]:
        sent = {"MessageSid": id or sid(), "AccountSid": ACCOUNT, "From": self.number, "To": self.line, "Body": body}
        return {**sent, "NumMedia": "0", **BLANKS, **more}

    def send(self, body: str, id: str = "", **more: str) -> requests.Response:
        fields = self.fields(body, id, **more)
        return post(self.server, fields, signature(fields))

    def texts(self, body: str, id: str = "", **more: str) -> list[str]:
        """What it gets for a text."""
        response = self.send(body, id, **more)
        assert response.status_code == 200, response.text
        return texts_of(response)


def texts_of(response: requests.Response) -> list[str]:
    root = ElementTree.fromstring(response.text)  # noqa: S314 (our own answer)
    assert root.tag == "Response"
    assert {child.tag for child in root} <= {"Message"}
    return [child.text or "" for child in root]


@pytest.fixture(scope="session")
def sms_guide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guide]:
    """One for all tests that break nothing."""
    assert MODEL.exists(), "There is no trained model. Run: make train"
    folder = tmp_path_factory.mktemp("sms")
    # Questions that were not answered are kept, without personal details; here words must be nowhere.
    with private_bot(folder, **SETTINGS, **MANY, KETAMINE_GUIDE_KEEP_QUESTIONS_DAYS="0") as bot:
        yield Guide(bot.url, folder, bot)


@pytest.fixture
def phone(sms_guide: Guide) -> Phone:
    return Phone(sms_guide.server)


@pytest.fixture(scope="session")
def tools() -> Path:
    """Where the Node programs are that the tests compare with."""
    if shutil.which("node") is None:
        pytest.skip("Node is not here (20 or later): Twilio's segment calculator and Prism need it")
    if not (TOOLS / "node_modules").is_dir():
        pytest.skip("Twilio's segment calculator and Prism are not installed: npm ci in tests/channels/sms/tools")
    return TOOLS


def node(tools: Path, script: str, given: str) -> str:
    command = ["node", "-e", script]
    return subprocess.run(command, cwd=tools, input=given, capture_output=True, text=True, check=True).stdout
