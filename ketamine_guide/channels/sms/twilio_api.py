"""Sends texts through Twilio's API: only those that came too late for a response."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ketamine_guide.channels.sms.bodies import Reply
from ketamine_guide.channels.sms.service import BlockedError
from ketamine_guide.channels.sms.twilio import BLOCKED, callback

logger = logging.getLogger(__name__)
# At its lower levels it writes numbers and words.
logging.getLogger("twilio.http_client").setLevel(logging.WARNING)

TIMEOUT = 5.0
_ATTEMPTS = 3
_SECONDS_BETWEEN = 2.0
# What Twilio has not sent by then it drops: by then nobody waits for it.
_VALID_SECONDS = 300
_TOO_MANY = 429
_THEIR_FAULT = 500


class TwilioSender:
    """Sends texts.

    Args:
        client: Twilio's client.
        status_url: where Twilio reports what became of them.
    """

    def __init__(self, client: Client, status_url: str) -> None:
        self._client, self._status_url = client, status_url

    async def send(self, to: str, line: str, replies: Sequence[Reply]) -> None:
        """Sends texts in their order, without holding up anything else.

        Args:
            to: the phone's number.
            line: our number.
            replies: the texts.

        Raises:
            BlockedError: the phone's owner has opted out at Twilio.
            TwilioRestException, requests.RequestException: it could not be sent.
        """
        for reply in replies:
            await self._send(to, line, reply)

    async def _send(self, to: str, line: str, reply: Reply) -> None:
        create = partial(
            self._client.messages.create,
            to=to,
            from_=line,
            body=reply["body"],
            status_callback=callback(self._status_url, reply),
            validity_period=_VALID_SECONDS,
        )
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                await asyncio.to_thread(create)
                return
            except (TwilioRestException, requests.RequestException) as error:
                if str(getattr(error, "code", "")) == BLOCKED:
                    raise BlockedError from error
                if attempt == _ATTEMPTS or not passes(error):
                    raise
                # The class alone: its text may hold the number.
                logger.warning("Twilio did not take a text, it is tried again: %s", type(error).__name__)
            await asyncio.sleep(_SECONDS_BETWEEN)


def passes(error: Exception) -> bool:
    """Whether the same may succeed a moment later, and cannot have succeeded: a text is rather lost than sent twice."""
    if isinstance(error, TwilioRestException):
        return bool(error.status == _TOO_MANY or error.status >= _THEIR_FAULT)
    return isinstance(error, requests.ConnectTimeout)
