"""What clients may send to the web channel, checked: all of it is hostile until it has passed here. Pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ketamine_guide.nlu.slash_guard import neutralise

MOST_BYTES = 16_000
MOST_CHARACTERS = 2_000
MOST_CHARACTERS_OF_REPORT = 1_000
YES = "check_in_yes"
ANSWERS = (YES, "check_in_no")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST_REPLY_ID = 64
_NOTHING = re.compile(r"(?!)")

STATUS = {
    "malformed": 400,
    "token": 401,
    "origin": 403,
    "too_large": 413,
    "not_json": 415,
    "too_long": 422,
    "slow_down": 429,
    "failed": 500,
    "not_ready": 503,
    "too_slow": 504,
}


class RefusalError(Exception):
    """A request that is not answered as asked.

    Attributes:
        code: why; a key of `STATUS`.
        wait: after how many seconds it may be sent again; 0 when that does not matter.
        lang: the language that the client seems to write.
    """

    def __init__(self, code: str, wait: float = 0, lang: str = "en") -> None:
        super().__init__(code)
        self.code, self.wait, self.lang = code, math.ceil(wait), lang


@dataclass(frozen=True)
class Message:
    """A patient's message.

    Attributes:
        id: the client's number of it, a UUID.
        text: the words; empty when a choice was made.
        choice: the intent that the chosen button stands for; empty for words.
    """

    id: str
    text: str = field(default="", repr=False)
    choice: str = ""

    @property
    def said(self) -> str:
        """As Rasa gets it. Only a choice is a payload: a slash that somebody typed is no command."""
        return f"/{self.choice}" if self.choice else neutralise(self.text, _NOTHING)


def check_origin(origin: str | None, host: str, sites: Collection[str]) -> None:
    """Lets a request of the server's own pages pass, of the sites that are named, and of none (no browser's script).

    Args:
        origin: the request's `Origin`.
        host: its `Host`. The scheme is not compared: TLS may end before us.
        sites: as in the setting `web_origins`.

    Raises:
        RefusalError: it comes from elsewhere.
    """
    if origin is None or origin.lower() in sites:
        return
    try:
        own = urlsplit(origin).scheme in {"http", "https"} and urlsplit(origin).netloc.lower() == host.lower() != ""
    except ValueError:
        own = False
    if not own:
        raise RefusalError("origin")


def check_type(content_type: str) -> None:
    """Lets JSON pass.

    Raises:
        RefusalError: it is something else. Among it is all that a page can send without asking for permission first.
    """
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise RefusalError("not_json")


def read_fields(body: bytes) -> dict[str, Any]:
    """The fields of a JSON object.

    Raises:
        RefusalError: it is none.
    """
    try:
        fields = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise RefusalError("malformed") from error
    if not isinstance(fields, dict):
        raise RefusalError("malformed")
    return fields


def read_message(fields: dict[str, Any], topics: Collection[str]) -> Message:
    """A message: its text, or the choice that was made. Other fields (a sender, a channel, metadata) are not looked at.

    Args:
        fields: of the body.
        topics: the topics that can be chosen.

    Raises:
        RefusalError: it is not whole.
    """
    id = fields.get("id")
    if not isinstance(id, str) or not _UUID.fullmatch(id.lower()) or ("text" in fields) == ("choice" in fields):
        raise RefusalError("malformed")
    if "text" in fields:
        return Message(id.lower(), text=_text(fields))
    choice = fields["choice"]
    if not isinstance(choice, str) or (choice not in topics and choice not in ANSWERS):
        raise RefusalError("malformed")
    return Message(id.lower(), choice=choice)


def read_feedback(fields: dict[str, Any], topics: Collection[str]) -> tuple[str, bool]:
    """A topic, and whether its answer helped.

    Raises:
        RefusalError: it is not whole.
    """
    reply, topic, helpful = fields.get("reply"), fields.get("topic"), fields.get("helpful")
    if not isinstance(reply, str) or not 0 < len(reply) <= _LONGEST_REPLY_ID:
        raise RefusalError("malformed")
    if not isinstance(topic, str) or topic not in topics or not isinstance(helpful, bool):
        raise RefusalError("malformed")
    return topic, helpful


def read_report(fields: dict[str, Any]) -> str:
    """The words of a report.

    Raises:
        RefusalError: there are none.
    """
    return _text(fields)


def _text(fields: dict[str, Any]) -> str:
    text = fields.get("text")
    if not isinstance(text, str) or not text.strip():
        raise RefusalError("malformed")
    # JSON can hold halves of characters, which neither a database nor the tokenizer takes.
    return text.encode("utf-8", "replace").decode()
