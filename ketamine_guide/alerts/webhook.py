"""Alerts by webhook: posted as JSON, and signed."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass

import requests

from ketamine_guide.alerts.message import webhook_body
from ketamine_guide.store.outbox import Alert

_SECONDS = 5


class NotAcceptedError(RuntimeError):
    """The receiver answered with something else than a 2xx status.

    Attributes:
        status: what it answered.
    """

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """What `X-Guide-Signature` holds: the HMAC-SHA256 of "timestamp.body", so that neither can be changed."""
    return "sha256=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Webhook:
    """The receiver of alerts.

    Attributes:
        url: where to post.
        secret: the key that both sides know.
    """

    url: str
    secret: bytes

    def deliver(self, alert: Alert) -> None:
        """Posts an alert.

        Raises:
            NotAcceptedError: the answer is not a 2xx; a redirect is not followed.
            requests.RequestException: there was no answer in 5 seconds.
        """
        body, timestamp = webhook_body(alert), str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Guide-Timestamp": timestamp,
            "X-Guide-Signature": signature(self.secret, timestamp, body),
        }
        # `stream`: the status is all that is wanted, however long the rest of the answer is.
        with requests.post(
            self.url, data=body, headers=headers, timeout=_SECONDS, allow_redirects=False, stream=True
        ) as response:
            if response.status_code // 100 != 2:  # noqa: PLR2004
                raise NotAcceptedError(response.status_code)
