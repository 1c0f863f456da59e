"""A posted alert is signed, and only a 2xx says that it arrived."""

from __future__ import annotations

import hashlib
import hmac
import time

import pytest
import requests

from ketamine_guide.alerts.webhook import NotAcceptedError, Webhook
from ketamine_guide.launch import free_port
from ketamine_guide.store.outbox import Alert

from .conftest import SECRET, Receiver


def test_the_receiver_can_verify_who_sent_it_and_when(receiver: Receiver, alert: Alert) -> None:
    Webhook(receiver.url, SECRET.encode()).deliver(alert)
    ((body, headers),) = zip(receiver.bodies, receiver.headers, strict=True)
    signed = headers["X-Guide-Timestamp"].encode() + b"." + body
    assert headers["X-Guide-Signature"] == "sha256=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert abs(time.time() - int(headers["X-Guide-Timestamp"])) < 5
    assert headers["Content-Type"] == "application/json"
    assert receiver.ids == [7]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_says_that_it_arrived(receiver: Receiver, alert: Alert, status: int) -> None:
    receiver.statuses = [status]
    Webhook(receiver.url, b"k").deliver(alert)
    assert len(receiver.bodies) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 410, 429, 500, 503])
def test_anything_else_is_a_failure_and_no_redirect_is_followed(receiver: Receiver, alert: Alert, status: int) -> None:
    receiver.statuses = [status]
    with pytest.raises(NotAcceptedError, match=str(status)):
        Webhook(receiver.url, b"k").deliver(alert)
    assert receiver.paths == ["/alerts"]


def test_a_server_that_accepts_and_never_answers_is_left_after_five_seconds(silent: int, alert: Alert) -> None:
    started = time.monotonic()
    with pytest.raises(requests.ReadTimeout):
        Webhook(f"http://127.0.0.1:{silent}/", b"k").deliver(alert)
    assert 4 < time.monotonic() - started < 7


def test_a_server_that_is_not_there_is_a_failure(alert: Alert) -> None:
    with pytest.raises(requests.ConnectionError):
        Webhook(f"http://127.0.0.1:{free_port()}/", b"k").deliver(alert)
