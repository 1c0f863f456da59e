"""Starts the guide: the action server first, then Rasa, and stops both together.

`python -m ketamine_guide.launch run` and `… shell` stand behind `make run` and `make shell`; the tests and
`make evaluate` start a bot of their own with `running_bot`. Nothing here is needed: `rasa run` and `rasa run actions`
work as they are.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import requests
import yaml

from ketamine_guide.channels.sms import preview
from ketamine_guide.settings import ROOT, settings

MODEL = ROOT / "models" / "guide.tar.gz"
_CONVERSATIONS = ROOT / "var" / "conversations.db"
_LOG = ROOT / "var" / "guide.log"
_HOST = "127.0.0.1"
# Rasa's own command line, which starts sooner this way.
_RASA = [sys.executable, "-m", "ketamine_guide.rasa_changes"]
_READY_SECONDS = 180
_SECONDS_TO_STOP = 10
# Rasa binds to all interfaces by default, reports its use, and prints a screenful of other projects' warnings.
_ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SANIC_HOST": _HOST,
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # One message is too little to share out: more threads burn a fifth of the processor in waiting for each other.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


class LaunchError(RuntimeError):
    """The guide could not be started; the message says what to do."""


@dataclass(frozen=True)
class Bot:
    """A running guide.

    Attributes:
        url: where Rasa answers.
        actions_port: where the action server listens.
        actions: the process of the action server.
        rasa: the process of Rasa.
    """

    url: str
    actions_port: int
    actions: subprocess.Popen[bytes]
    rasa: subprocess.Popen[bytes]

    def say(self, text: str, sender: str) -> list[dict[str, object]]:
        """Sends a message through Rasa's `rest` channel; returns its replies, each with `text` and maybe `buttons`."""
        message = {"sender": sender, "message": text}
        response = requests.post(f"{self.url}/webhooks/rest/webhook", json=message, timeout=60)
        response.raise_for_status()
        replies: list[dict[str, object]] = response.json()
        return replies


def free_port() -> int:
    """A port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def private_bot(folder: Path, model: Path = MODEL, **settings: str) -> Iterator[Bot]:
    """A guide of its own, on free ports, that keeps its databases and its log in `folder`: to test and to measure.

    Args:
        folder: where it keeps everything.
        model: the model it serves.
        settings: further environment variables for its two processes.
    """
    own = {
        "KETAMINE_GUIDE_DATABASE_URL": f"sqlite:///{folder / 'guide.db'}",
        "KETAMINE_GUIDE_CONVERSATIONS_URL": f"sqlite:///{folder / 'conversations.db'}",
        "KETAMINE_GUIDE_SECRET": secrets.token_hex(),
        **settings,
    }
    with (
        (folder / "guide.log").open("wb") as log,
        running_bot(folder / "conversations.db", free_port(), free_port(), log, settings=own, model=model) as bot,
    ):
        yield bot


@contextmanager
def running_bot(
    conversations: Path,
    port: int,
    actions_port: int,
    output: IO[bytes],
    *,
    settings: dict[str, str] | None = None,
    model: Path = MODEL,
) -> Iterator[Bot]:
    """A guide that is ready to answer; stopped on leaving.

    Args:
        conversations: the SQLite file that keeps its conversations.
        port, actions_port: where Rasa and the action server listen, on 127.0.0.1.
        output: where both write their logs.
        settings: environment variables for both, beside this process's own.
        model: the model it serves.

    Raises:
        LaunchError: a process ended or was not ready in three minutes.
    """
    with _actions_and_endpoints(conversations, actions_port, output, settings) as (actions, endpoints):
        command = ["run", "--model", str(model), "--endpoints", str(endpoints), "-i", _HOST, "--port", str(port)]
        with process(command, output, settings) as rasa:
            url = f"http://{_HOST}:{port}"
            _wait_for_actions(actions, actions_port)
            wait_until_ready(rasa, f"{url}/webhooks/rest/", "Rasa")
            yield Bot(url, actions_port, actions, rasa)


@contextmanager
def _actions_and_endpoints(
    conversations: Path, actions_port: int, output: IO[bytes], settings: dict[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """An action server that starts, and a copy of `endpoints.yml` that names it and the conversations' file."""
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text())
    endpoints["action_endpoint"]["url"] = f"http://{_HOST}:{actions_port}/webhook"
    endpoints["tracker_store"]["db"] = str(conversations)
    command = ["run", "actions", "--port", str(actions_port)]
    with TemporaryDirectory() as folder, process(command, output, settings) as actions:
        path = Path(folder) / "endpoints.yml"
        path.write_text(yaml.safe_dump(endpoints))
        yield actions, path


@contextmanager
def process(
    command: list[str], output: IO[bytes], settings: dict[str, str] | None, rasa: Sequence[str] = _RASA
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of Rasa's command line, stopped on leaving.

    Args:
        command: its arguments.
        output: where it writes its log.
        settings: environment variables, beside this process's own.
        rasa: the command line.
    """
    environment = {**os.environ, **_ENVIRONMENT, **(settings or {})}
    # Its own process group: Ctrl-C reaches only us, and we stop the two in order.
    process = subprocess.Popen(
        [*rasa, *command], cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_actions(actions: subprocess.Popen[bytes], port: int) -> None:
    wait_until_ready(actions, f"http://{_HOST}:{port}/health", "The action server")


def wait_until_ready(process: subprocess.Popen[bytes], url: str, name: str) -> None:
    """Waits until a process answers.

    Args:
        process: the process.
        url: what it answers when it is ready.
        name: as a message calls it.

    Raises:
        LaunchError: it ended, or was not ready in three minutes.
    """
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise LaunchError(f"{name} stopped while starting (exit code {process.returncode}); see its log above.")
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise LaunchError(f"{name} was not ready after {_READY_SECONDS} seconds.")


def _require(port: int, setting: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            raise LaunchError(
                f"Port {port} is taken by another program. Stop it, or choose another port with {setting}."
            ) from error


def _require_model() -> None:
    if not MODEL.exists():
        raise LaunchError("There is no trained model yet. Run: make train")


def run() -> None:
    """Starts the guide, says where to talk to it, and waits for Ctrl-C."""
    chosen = settings()
    with _LOG.open("wb") as log, running_bot(_CONVERSATIONS, chosen.port, chosen.actions_port, log) as bot:
        print(
            f"The guide is ready at {bot.url}.\n\n"
            f"Talk to it in a browser, on the demo page:\n  {bot.url}/webhooks/web/demo/\n"
            "Or ask it something from another terminal:\n"
            f"  curl -s {bot.url}/webhooks/rest/webhook -H 'Content-Type: application/json' \\\n"
            '       -d \'{"sender": "me", "message": "How long does a session take?"}\'\n'
            "For a conversation with buttons, stop this with Ctrl-C and run: make shell\n\n"
            f"Its log is {_LOG.relative_to(ROOT)}. Ctrl-C stops everything.",
            flush=True,
        )
        bot.rasa.wait()
        raise LaunchError(f"Rasa stopped (exit code {bot.rasa.returncode}); see {_LOG.relative_to(ROOT)}.")


def shell() -> None:
    """Starts the action server and Rasa's shell in this terminal, and stops both when the shell ends."""
    chosen = settings()
    port = chosen.actions_port
    with _LOG.open("wb") as log, _actions_and_endpoints(_CONVERSATIONS, port, log) as (actions, endpoints):
        _wait_for_actions(actions, port)
        command = ["shell", "--model", str(MODEL), "--endpoints", str(endpoints), "--port", str(chosen.port)]
        # Rasa's log and other projects' warnings go to the log file: the terminal belongs to the conversation.
        done = subprocess.run([*_RASA, *command], cwd=ROOT, env={**os.environ, **_ENVIRONMENT}, stderr=log, check=False)
        if done.returncode:
            raise LaunchError(f"The shell stopped (exit code {done.returncode}); see {_LOG.relative_to(ROOT)}.")


def text_messages() -> None:
    """Starts the guide and shows in this terminal what a phone would get, text by text, with their segments."""
    chosen, own = settings(), preview.own_settings()
    with (
        _LOG.open("wb") as log,
        running_bot(_CONVERSATIONS, chosen.port, chosen.actions_port, log, settings=own) as bot,
    ):
        preview.converse(bot.url, own)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m ketamine_guide.launch", description=__doc__)
    parser.add_argument("what", choices=("run", "shell"), help="serve the guide, or talk to it in this terminal")
    parser.add_argument("--as", dest="form", choices=("web", "sms"), default="web", help="how the shell shows replies")
    chosen = parser.parse_args()
    # Stopped or closed with its window, it takes its processes with it, as with Ctrl-C.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        _require_model()
        _require(settings().port, "KETAMINE_GUIDE_PORT")
        _require(settings().actions_port, "KETAMINE_GUIDE_ACTIONS_PORT")
        print("Starting the action server and Rasa. This takes about half a minute.", flush=True)
        if chosen.what == "run":
            run()
        elif chosen.form == "sms":
            text_messages()
        else:
            shell()
    except KeyboardInterrupt:
        print("\nStopped.")
    except LaunchError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
