"""A text as every gateway hands it over: the number is a keyed hash from here on. Pure."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from ketamine_guide.channels.incoming import RefusalError
from ketamine_guide.channels.sms.opt_out import Word
from ketamine_guide.store.turn import keyed_hash

# What Twilio passes on, and far more than a patient types.
MOST_CHARACTERS = 1_600
_MOST_OF_ID = 128
# Shorter ones are services that nobody writes from, and that would answer us without end.
_PERSON = re.compile(r"[0-9]{7,15}")
_NAMESPACE = uuid.UUID("8a9f5f7e-5f0c-4d3e-9d5a-0c9a5f1f7b11")


@dataclass(frozen=True)
class Text:
    """A text message from a phone.

    Attributes:
        id: its number, a UUID made of the gateway's.
        sender: the conversation: "sms-" and the keyed hash of the phone's number.
        opt_out_hashes: the keyed hashes of the phone's number with ours, the current key's first.
        body: the words.
        media: how many pictures, sounds and films came with it.
        done: what the gateway has already done and answered by itself, if it did.
        from_person: whether a phone may have sent it, and not a service or our own number.
    """

    id: str
    sender: str
    opt_out_hashes: tuple[str, ...]
    body: str = field(default="", repr=False)
    media: int = 0
    done: Word | None = None
    from_person: bool = True

    @property
    def has_words(self) -> bool:
        """Whether there is anything to read in it: blanks and invisible signs are nothing."""
        return any(unicodedata.category(letter)[0] not in "ZC" for letter in self.body)


def text_from(
    gateway: str,
    *,
    id: str,
    number: str,
    line: str,
    body: str,
    keys: Sequence[bytes],
    media: int = 0,
    done: Word | None = None,
) -> Text:
    """A text of a gateway.

    Args:
        gateway: its name.
        id: the gateway's number of the message, the same each time it is delivered again.
        number: who sent it.
        line: our number that it was sent to.
        body: the words.
        keys: the keys for hashes, the current one first.
        media: how many pictures and the like came with it.
        done: what the gateway has done by itself.

    Raises:
        RefusalError: it has no number of its own or no sender.
    """
    if not 0 < len(id) <= _MOST_OF_ID or not number.strip():
        raise RefusalError("malformed")
    phone, ours = _digits(number), _digits(line)
    return Text(
        id=str(uuid.uuid5(_NAMESPACE, f"{gateway} {id}")),
        sender="sms-" + keyed_hash(f"sms sender {phone}", keys[0]),
        opt_out_hashes=opt_out_hashes(number, line, keys),
        # Halves of characters are taken by neither a database nor the tokenizer.
        body=body.encode("utf-8", "replace").decode(),
        media=media,
        done=done,
        from_person=bool(_PERSON.fullmatch(phone)) and phone != ours,
    )


def opt_out_hashes(number: str, line: str, keys: Sequence[bytes]) -> tuple[str, ...]:
    """By what an opt-out is kept: who wants no texts from one number of ours may want them from another."""
    return tuple(keyed_hash(f"sms opt-out {_digits(line)} {_digits(number)}", key) for key in keys)


def later_id(id: str) -> str:
    """The number of a text's late reply."""
    return str(uuid.uuid5(_NAMESPACE, f"later {id}"))


def _digits(number: str) -> str:
    """A phone number the same way however it is written; letters stay, so that a name is no number."""
    return re.sub(r"^(?:\+|00)", "", re.sub(r"[\s().-]", "", number))
