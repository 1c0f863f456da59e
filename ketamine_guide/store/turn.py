"""A crisis turn as Rasa tells of it: the one way from its `user` event to what is recorded."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# Gravest first.
KINDS = ("imminent", "active", "third_party", "self_harm", "passive")
_UNSURE = "active"
# Rasa's `rest` channel lets the client name it: no digits, no blanks, so that no number or sentence hides there.
_CHANNEL = re.compile(r"[a-z][a-z_-]{0,31}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class Turn:
    """One message that discloses a crisis.

    Attributes:
        sender: who wrote, as Rasa knows them. Kept as a keyed hash only.
        message: what tells this message from the sender's others.
        at: when Rasa received it.
        channel: the channel's name, or "other" when it does not look like a name.
        kind: one of `KINDS`; "active" when the event has none of them.
        language: its code, "en" when the event has none.
        model: the number of the model that judged it, empty when unknown.
        lexicon_version: the version of the lexicon that judged it, empty when unknown.
        text: the words.
    """

    sender: str = field(repr=False)
    message: str
    at: datetime
    channel: str
    kind: str
    language: str
    model: str
    lexicon_version: str
    text: str = field(repr=False)

    @classmethod
    def from_event(cls, sender: str, timestamp: float, event: Mapping[str, Any]) -> Turn:
        """Reads a `user` event in Rasa's JSON form. What is missing or odd gets the default that is on the safe side.

        Args:
            sender: the conversation's sender id.
            timestamp: seconds since 1970, in UTC.
            event: the event.
        """
        found = _entities(event)
        metadata = event.get("metadata")
        return cls(
            sender=sender,
            message=str(event.get("message_id") or timestamp),
            at=datetime.fromtimestamp(timestamp, UTC),
            channel=channel_name(event.get("input_channel")),
            kind=found["crisis_kind"] if found.get("crisis_kind") in KINDS else _UNSURE,
            language=_matching(_LANGUAGE, found.get("crisis_language"), "en"),
            model=_storable(metadata.get("model_id") if isinstance(metadata, dict) else None)[:64],
            lexicon_version=_storable(found.get("crisis_version"))[:64],
            text=_storable(event.get("text")),
        )

    def sender_hash(self, key: bytes) -> str:
        """The sender as a keyed hash: the same sender is recognised, nobody is named."""
        return keyed_hash(self.sender, key)

    def key(self, key: bytes) -> str:
        """The turn as a keyed hash of sender and message: the same turn is recorded once."""
        return keyed_hash(json.dumps([self.sender, self.message]), key)


def keyed_hash(value: str, key: bytes) -> str:
    """The HMAC-SHA256 of a text, as 64 hexadecimal digits."""
    return hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def channel_name(value: object) -> str:
    """A channel's name as it may be kept: "unknown" when there is none, "other" when it does not look like a name."""
    return _matching(_CHANNEL, value or "unknown", "other")


def _entities(event: Mapping[str, Any]) -> dict[str, str]:
    """The text values of the entities, by name; of two with one name the first."""
    parsed = event.get("parse_data")
    entities = parsed.get("entities") if isinstance(parsed, dict) else None
    return {
        str(entity.get("entity")): entity["value"]
        for entity in reversed(entities if isinstance(entities, list) else [])
        if isinstance(entity, dict) and isinstance(entity.get("value"), str)
    }


def _matching(pattern: re.Pattern[str], value: object, otherwise: str) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else otherwise


def _storable(value: object) -> str:
    """Without what PostgreSQL and SQLite refuse in a text: zero characters and halves of characters."""
    text = value if isinstance(value, str) else ""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
