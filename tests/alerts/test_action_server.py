"""The action server as Rasa's users start it runs the alert worker, without our launcher."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from ketamine_guide.launch import free_port
from ketamine_guide.settings import ROOT
from ketamine_guide.store.database import migrated
from ketamine_guide.store.outbox import states

from ..store.conftest import Conversations
from .conftest import Receiver


@contextmanager
def _action_server(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    environment = {
        **os.environ,
        "SANIC_HOST": "127.0.0.1",
        "KETAMINE_GUIDE_SECRET": "a key",
        "KETAMINE_GUIDE_DATABASE_URL": f"sqlite:///{folder / 'guide.db'}",
        "KETAMINE_GUIDE_CONVERSATIONS_URL": f"sqlite:///{folder / 'conversations.db'}",
        **settings,
    }
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, text=True)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=1).ok
    except requests.RequestException:
        return False


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_it_sends_alerts_finds_what_was_missed_and_stops_when_told(
    tmp_path: Path, receiver: Receiver, conversations: Conversations
) -> None:
    conversations.say("m1", datetime.now(UTC))
    routes = {"KETAMINE_GUIDE_ALERT_WEBHOOK_URL": receiver.url, "KETAMINE_GUIDE_ALERT_WEBHOOK_SECRET": "signed"}
    with _action_server(tmp_path, **routes) as (process, url):
        _until(lambda: _answers(url))
        _until(lambda: receiver.ids == [1])
        event = {
            "event": "user",
            "timestamp": time.time(),
            "text": "the words themselves",
            "message_id": "m2",
            "input_channel": "sms",
            "parse_data": {"intent": {"name": "crisis"}, "entities": [{"entity": "crisis_kind", "value": "imminent"}]},
        }
        tracker = {"sender_id": "+15550100", "latest_message": event["parse_data"], "events": [event], "slots": {}}
        call = {"next_action": "action_escalate_crisis", "sender_id": "+15550100", "tracker": tracker, "domain": {}}
        assert requests.post(f"{url}/webhook", json=call, timeout=10).json() == {"events": [], "responses": []}
        _until(lambda: receiver.ids == [1, 2])
        database = migrated(f"sqlite:///{tmp_path / 'guide.db'}")
        _until(lambda: states(database, [2]) == {2: {"webhook": "sent"}})
        process.send_signal(signal.SIGTERM)
        process.wait(10)
    log = (tmp_path / "log").read_text()
    assert "Escalation 1 recorded late" in log
    assert "Escalation 2 recorded: imminent" in log
    assert "words" not in log
    assert "5550100" not in log


def test_it_does_not_start_with_a_webhook_that_has_no_secret(tmp_path: Path) -> None:
    with _action_server(tmp_path, KETAMINE_GUIDE_ALERT_WEBHOOK_URL="http://127.0.0.1:1/") as (process, _):
        assert process.wait(30) != 0
    assert "KETAMINE_GUIDE_ALERT_WEBHOOK_SECRET is missing" in (tmp_path / "log").read_text()
