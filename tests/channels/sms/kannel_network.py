"""A real Kannel between real phones of its own and the guide, with a line to the guide that can be disturbed."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote_to_bytes, urlsplit

import pytest
import requests

from ketamine_guide.launch import free_port
from ketamine_guide.settings import ROOT

from .conftest import PASSWORD

PHONES = Path("/usr/lib/kannel/test/fakesmsc")
LINE = "9000"
_SECONDS_TO_STOP, _LONGER_THAN_KANNEL_WAITS = 20, 13
# "Got message 3: <from to kind words>", the words maybe on several lines.
_GOT = re.compile(r"Got message \d+: <(\S+) (\S+) (text|udh|ucs2|data) (.*?)>\n(?=\d{4}-\d\d-\d\d |\Z)", re.DOTALL)


@dataclass
class Disturbed:
    """The line between Kannel and the guide.

    Attributes:
        guide: where the guide is.
        faults: what happens to the first delivery of a phone's text, after the guide got it: "500" or "silence".
        deliveries: how often each text was delivered, by Kannel's number of it.
        statuses: what the guide answered.
    """

    guide: str
    faults: dict[str, str] = field(default_factory=dict)
    deliveries: Counter[str] = field(default_factory=Counter)
    statuses: list[int] = field(default_factory=list)
    url: str = ""


@contextmanager
def disturbed(guide: str) -> Iterator[Disturbed]:
    line = Disturbed(guide)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            id = parse_qs(urlsplit(self.path).query)["id"][0]
            line.deliveries[id] += 1
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            try:
                got = requests.post(line.guide + self.path, body, headers=headers, timeout=30)
            except requests.ConnectionError:
                self.close_connection = True
                return
            line.statuses.append(got.status_code)
            fault = line.faults.get(self.headers["X-Kannel-From"]) if line.deliveries[id] == 1 else None
            if fault == "silence":
                time.sleep(_LONGER_THAN_KANNEL_WAITS)
                return
            content = b"" if fault else got.content
            self.send_response(int(fault or got.status_code))
            self.send_header("Content-Type", got.headers["Content-Type"])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    line.url = f"127.0.0.1:{server.server_port}"
    try:
        yield line
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Network:
    """A phone network with the guide on the number `LINE`."""

    folder: Path
    port: int

    def send(
        self, *messages: str, times: int = 1, seconds: float = 0.1, until: int = 1, wait: float = 20
    ) -> list[tuple[str, str]]:
        """Has phones send texts, and returns what phones got: (phone, words), long ones put together.

        Args:
            messages: as fakesmsc takes them: `<phone> <line> text <words>`; of several it picks one each time.
            times: how many are sent.
            seconds: between one and the next.
            until: how many texts to wait for.
            wait: for how many seconds.
        """
        log = self.folder / "phones.log"
        command = [
            str(PHONES),
            "-H",
            "127.0.0.1",
            "-r",
            str(self.port),
            "-i",
            str(seconds),
            "-m",
            str(times),
            *messages,
        ]
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output)
            try:
                deadline = time.monotonic() + times * seconds + wait
                while len(_received(log.read_text(errors="replace"))) < until and time.monotonic() < deadline:
                    time.sleep(0.2)
                # One more that nobody waits for would come now.
                time.sleep(1)
            finally:
                process.terminate()
                process.wait(10)
        return _received(log.read_text(errors="replace"))


def text(phone: str, words: str) -> str:
    return f"{phone} {LINE} text {words}"


def unicode_text(phone: str, words: str) -> str:
    return f"{phone} {LINE} ucs2 {quote(words.encode('utf-16-be'))}"


def _received(log: str) -> list[tuple[str, str]]:
    """What phones got, parts of long texts put together."""
    found: list[tuple[str, str]] = []
    parts: dict[tuple[str, str], dict[int, bytes]] = {}
    for sender, phone, kind, rest in _GOT.findall(log):
        assert sender == LINE
        if kind == "text":
            found.append((phone, rest))
            continue
        assert kind == "udh", kind
        header, form, words = rest.split(" ", 2)
        number, count, place = unquote_to_bytes(header)[-3:]
        body = unquote_to_bytes(words.replace("+", " ")) if form == "data" else words.encode()
        group = parts.setdefault((phone, str(number)), {})
        group[place] = body
        if len(group) == count:
            found.append((phone, b"".join(group[place] for place in sorted(group)).decode()))
            del parts[phone, str(number)]
    return found


@contextmanager
def network(folder: Path, line: str) -> Iterator[Network]:
    """Kannel with the configuration of the documentation, on free ports.

    Args:
        folder: for its files.
        line: where it reaches the guide.
    """
    if shutil.which("bearerbox") is None or not PHONES.exists():
        pytest.skip("Kannel and its fakesmsc are not here: apt-get install kannel kannel-extras")
    port = free_port()
    config = (ROOT / "docs" / "kannel.conf").read_text()
    for documented, own in (
        ("13000", str(free_port())),
        ("13001", str(free_port())),
        ("13002", str(port)),
        ("guide:change-me@127.0.0.1:5005", f"guide:{PASSWORD}@{line}"),
    ):
        assert documented in config
        config = config.replace(documented, own)
    path = folder / "kannel.conf"
    path.write_text(config)
    processes = []
    with (folder / "kannel.log").open("wb") as log:
        try:
            for program in ("bearerbox", "smsbox"):
                # At level 3 it writes errors alone: below that, numbers and words.
                processes.append(subprocess.Popen([program, "-v", "3", str(path)], cwd=folder, stdout=log, stderr=log))
                time.sleep(2)
            yield Network(folder, port)
        finally:
            for process in reversed(processes):
                process.terminate()
                process.wait(_SECONDS_TO_STOP)
