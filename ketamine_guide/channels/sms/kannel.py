"""Kannel's side of the SMS channel: what its smsbox posts, checked, and what it wants back. Pure.

The number comes in a header and the words in the body, so that no address, which proxies log, holds either.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import re
from collections.abc import Mapping, Sequence

from ketamine_guide.channels.incoming import RefusalError
from ketamine_guide.channels.sms.bodies import Reply
from ketamine_guide.channels.sms.message import Text, text_from
from ketamine_guide.channels.sms.splitting import rejoined

NAME = "kannel"
MOST_BYTES = 16_000
USER = "guide"
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
# What Kannel calls them. An unknown one is read as UTF-8.
_CODECS = {
    "utf-8": "utf-8",
    "utf-16be": "utf-16-be",
    "ucs-2": "utf-16-be",
    "iso-8859-1": "latin-1",
    "windows-1252": "cp1252",
}


def check_caller(address: str, allowed: str, authorization: str, password: str) -> None:
    """Lets Kannel pass.

    Args:
        address: where the request comes from.
        allowed: the setting `kannel_addresses`.
        authorization: its `Authorization`.
        password: the setting `kannel_password`.

    Raises:
        RefusalError: it is somebody else.
    """
    expected = "Basic " + base64.b64encode(f"{USER}:{password}".encode()).decode()
    known = hmac.compare_digest(authorization.encode(), expected.encode())
    if not known or _plain(address) not in {_plain(one.strip()) for one in allowed.split(",")}:
        raise RefusalError("token")


def read_text(id: str, headers: Mapping[str, str], body: bytes, keys: Sequence[bytes]) -> Text:
    """The text in Kannel's post.

    Args:
        id: Kannel's number of the message (`%I`).
        headers: of the request, their names in small letters.
        body: the words, in the charset that the content type names.
        keys: the keys for hashes, the current one first.

    Raises:
        RefusalError: it is no text message.
    """
    charset = _CHARSET.search(headers.get("content-type", ""))
    codec = _CODECS.get(charset[1].lower() if charset else "", "utf-8")
    return text_from(
        NAME,
        id=id,
        number=headers.get("x-kannel-from", ""),
        line=headers.get("x-kannel-to", ""),
        body=body.decode(codec, "replace"),
        keys=keys,
    )


def response(replies: Sequence[Reply]) -> str:
    """One text for Kannel to send, which it cuts into segments by itself; empty when there is none to send."""
    return rejoined(reply["body"] for reply in replies)


def _plain(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
