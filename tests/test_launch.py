"""The launcher says what is wrong, and leaves nothing running behind it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from ketamine_guide.launch import free_port
from ketamine_guide.settings import ROOT


def _launch(what: str, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "ketamine_guide.launch", what],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("setting", ["KETAMINE_GUIDE_PORT", "KETAMINE_GUIDE_ACTIONS_PORT"])
def test_a_taken_port_is_named_with_its_setting(setting: str) -> None:
    ports = {"KETAMINE_GUIDE_PORT": str(free_port()), "KETAMINE_GUIDE_ACTIONS_PORT": str(free_port())}
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(ports[setting])))
        other.listen()
        _, errors = _launch("run", **ports).communicate(timeout=60)
    assert f"Port {ports[setting]} is taken" in errors
    assert setting in errors


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_says_where_to_talk_and_stops_everything(tmp_path: Path, ending: signal.Signals) -> None:
    port, actions_port = free_port(), free_port()
    launched = _launch(
        "run",
        KETAMINE_GUIDE_PORT=str(port),
        KETAMINE_GUIDE_ACTIONS_PORT=str(actions_port),
        KETAMINE_GUIDE_DATABASE_URL=f"sqlite:///{tmp_path / 'guide.db'}",
    )
    assert launched.stdout
    for line in launched.stdout:
        if f"http://127.0.0.1:{port}/webhooks/web/demo/" in line:
            break
    assert requests.get(f"http://127.0.0.1:{port}/webhooks/rest/", timeout=5).json() == {"status": "ok"}
    launched.send_signal(ending)
    assert "Stopped." in launched.communicate(timeout=30)[0]
    assert launched.returncode == 0
    for closed in (port, actions_port):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", closed)) != 0
