"""Twilio's side of the SMS channel: what it posts, checked, and what it wants back. Pure.

Texts to send go back in the response, as TwiML: a crisis reply then needs no second call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from ketamine_guide.channels.incoming import RefusalError
from ketamine_guide.channels.sms.bodies import Reply
from ketamine_guide.channels.sms.message import Text, text_from
from ketamine_guide.channels.sms.opt_out import Word
from ketamine_guide.store.deliveries import STATUSES

NAME = "twilio"
MOST_BYTES = 64_000
FORM = "application/x-www-form-urlencoded"
# Twilio's number of a refusal to send to somebody who opted out.
BLOCKED = "21610"
# Marks a status callback as about a crisis reply. It is part of the signed address.
CRISIS_QUERY = "crisis=1"
_MESSAGE_ID = re.compile(r"(?:SM|MM)[0-9a-f]{32}")
_MOST_FIELDS = 200


@dataclass(frozen=True)
class Status:
    """What became of a text that was sent.

    Attributes:
        message_id: Twilio's number of it.
        status: one of `deliveries.STATUSES`.
        error: the number of an error, as digits; empty without one.
    """

    message_id: str
    status: str
    error: str


def signed_fields(body: bytes, content_type: str, url: str, signature: str, token: str) -> dict[str, str]:
    """The fields of a request that Twilio has signed.

    They are read from the raw body: Sanic's form drops empty fields, which are signed too.

    Args:
        body: as it came.
        content_type: of the body.
        url: the address that Twilio called, as it knows it.
        signature: the request's `X-Twilio-Signature`.
        token: the account's token.

    Raises:
        RefusalError: it is no form, or not signed with this token for this address.
    """
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise RefusalError("not_json")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        raise RefusalError("malformed") from error
    fields = dict(pairs)
    # Of a name that comes twice one value would be checked and maybe another be used.
    if len(fields) != len(pairs) or not signature or not RequestValidator(token).validate(url, fields, signature):
        raise RefusalError("token")
    return fields


def read_text(fields: Mapping[str, str], keys: Sequence[bytes]) -> Text:
    """The text in a webhook's fields.

    Raises:
        RefusalError: it is no text message.
    """
    media, done = fields.get("NumMedia", "0"), fields.get("OptOutType", "").upper()
    return text_from(
        NAME,
        id=fields.get("MessageSid", ""),
        number=fields.get("From", ""),
        line=fields.get("To", ""),
        body=fields.get("Body", ""),
        keys=keys,
        media=int(media) if re.fullmatch(r"\d{1,3}", media, re.ASCII) else 0,
        done=Word(done) if done in {Word.STOP, Word.START, Word.HELP} else None,
    )


def read_status(fields: Mapping[str, str]) -> Status:
    """The report in a status callback's fields.

    Raises:
        RefusalError: it is none, or of a kind that is not known.
    """
    id, status, error = fields.get("MessageSid", ""), fields.get("MessageStatus", ""), fields.get("ErrorCode", "")
    if not _MESSAGE_ID.fullmatch(id) or status not in STATUSES:
        raise RefusalError("malformed")
    return Status(id, status, error if re.fullmatch(r"\d{5}", error, re.ASCII) else "")


def callback(status_url: str, reply: Reply) -> str:
    """Where Twilio is to report what became of a text."""
    return f"{status_url}?{CRISIS_QUERY}" if reply["crisis"] else status_url


def twiml(replies: Sequence[Reply], status_url: str) -> str:
    """The response that has Twilio send texts, in their order; without any, it sends none.

    Args:
        replies: the texts.
        status_url: where Twilio reports what became of them.
    """
    response = MessagingResponse()
    for reply in replies:
        response.message(reply["body"], status_callback=callback(status_url, reply))
    return str(response)
