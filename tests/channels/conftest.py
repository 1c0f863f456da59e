"""A real guide with its web channel, and a browser tab that talks to it."""

from __future__ import annotations

import json
import secrets
import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from ketamine_guide.launch import MODEL, private_bot

SITE = "https://clinic.example"
SECRET = secrets.token_hex()
MANY = {"KETAMINE_GUIDE_WEB_MESSAGES_PER_MINUTE": "5000", "KETAMINE_GUIDE_WEB_ADDRESS_MESSAGES_PER_MINUTE": "50000"}


@dataclass
class Tab:
    """A browser tab with a session, or without one."""

    server: str
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def open(self) -> Tab:
        response = requests.post(f"{self.server}/session", json={}, timeout=10)
        assert response.status_code == 201
        return Tab(self.server, response.json()["token"])

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}", **headers}
        return requests.post(f"{self.server}{path}", data=data, headers=sent, timeout=30)

    def say(self, text: str, id: str = "", **more: Any) -> requests.Response:
        return self.post("/messages", {"id": id or str(uuid.uuid4()), "text": text, **more})

    def choose(self, choice: Any) -> requests.Response:
        return self.post("/messages", {"id": str(uuid.uuid4()), "choice": choice})

    @property
    def sender(self) -> str:
        """As Rasa knows it: what is signed is no secret to who holds it."""
        import jwt  # noqa: PLC0415

        return "web-" + str(jwt.decode(self.token, options={"verify_signature": False})["sub"])


@dataclass(frozen=True)
class Guide:
    """A running guide: where its web channel is, and what it keeps."""

    server: str
    folder: Path
    bot: Any = None

    def events(self, sender: str, type: str = "user") -> list[dict[str, Any]]:
        """What Rasa keeps of a conversation."""
        with sqlite3.connect(self.folder / "conversations.db") as database:
            wanted = "SELECT data FROM events WHERE sender_id = ? AND type_name = ? ORDER BY id"
            return [json.loads(row[0]) for row in database.execute(wanted, (sender, type))]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the guide's own database holds."""
        with sqlite3.connect(self.folder / "guide.db") as database:
            return list(database.execute(query))

    @property
    def log(self) -> str:
        return (self.folder / "guide.log").read_text(errors="replace")


@pytest.fixture(scope="session")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guide]:
    """One for all tests that break nothing."""
    assert MODEL.exists(), "There is no trained model. Run: make train"
    folder = tmp_path_factory.mktemp("web")
    chosen = {
        "KETAMINE_GUIDE_WEB_ORIGINS": SITE,
        "KETAMINE_GUIDE_SECRET": SECRET,
        "KETAMINE_GUIDE_CLINIC_NAME": "Riverside Clinic",
        "KETAMINE_GUIDE_CLINIC_PHONE": "555-0100",
        "KETAMINE_GUIDE_CLINIC_HOURS": "Monday to Friday, 9 to 5",
        "KETAMINE_GUIDE_KEEP_CONVERSATIONS_DAYS": "45",
    }
    with private_bot(folder, **MANY, **chosen) as bot:
        yield Guide(f"{bot.url}/webhooks/web", folder, bot)


@pytest.fixture
def tab(guide: Guide) -> Tab:
    return Tab(guide.server).open()


def kinds(response: requests.Response) -> list[str]:
    """The kinds of the replies of an answer."""
    return [reply["kind"] for reply in response.json()["replies"]]


def names_help(response: requests.Response) -> bool:
    """Whether the last reply has a crisis part with its words and its links."""
    parts = response.json()["replies"][-1]["parts"]
    found = [part for part in parts if part["type"] == "crisis"]
    return (
        bool(found)
        and "988" in found[-1]["text"]
        and {"tel:988", "tel:911"} <= {link["href"] for link in found[-1]["links"]}
    )
