"""Talking to a bot and taking the time: one message after another, many at once, and one conversation that grows."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlsplit

from ketamine_guide.launch import Bot

# A conversation of usual length.
_TURNS = 4
_SECONDS = 120


class Client:
    """A connection to a bot's `rest` channel that stays open: opening it is not what is measured."""

    def __init__(self, bot: Bot) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(bot.url).netloc, timeout=_SECONDS)

    def say(self, text: str, sender: str) -> tuple[float, list[dict[str, Any]]]:
        """Sends a message; returns the seconds until its replies were there, and them.

        Raises:
            OSError: there is no answer.
            RuntimeError: it is not 200.
        """
        body = json.dumps({"sender": sender, "message": text})
        started = time.perf_counter()
        self._connection.request("POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - started
        if response.status != http.client.OK:
            raise RuntimeError(f"The bot answered {response.status}.")
        replies: list[dict[str, Any]] = json.loads(content)
        return seconds, replies


@dataclass(frozen=True)
class Load:
    """What many messages took.

    Attributes:
        seconds: each message's, in the order of their ends.
        lasted: from the first message to the last answer.
    """

    seconds: tuple[float, ...]
    lasted: float

    @property
    def rate(self) -> float:
        """Messages a second."""
        return len(self.seconds) / self.lasted


def load(bot: Bot, texts: Sequence[str], count: int, at_once: int, name: str) -> Load:
    """Sends `count` messages, `at_once` of them at a time, each four in a new conversation.

    Args:
        bot: who is asked.
        texts: what is asked, in turn.
        count: how many messages, over all.
        at_once: how many are under way at a time.
        name: of these conversations; no other load has it.
    """
    share = count // at_once

    def one(number: int) -> list[float]:
        client = Client(bot)
        asked = islice(cycle(texts), number * share, (number + 1) * share)
        return [client.say(text, f"{name}-{number}-{turn // _TURNS}")[0] for turn, text in enumerate(asked)]

    started = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        seconds = [second for part in pool.map(one, range(at_once)) for second in part]
    return Load(tuple(seconds), time.perf_counter() - started)


def growth(bot: Bot, texts: Sequence[str], turns: int, sender: str) -> list[float]:
    """The seconds of each turn of one conversation, which asks the same texts over and over."""
    client = Client(bot)
    return [client.say(text, sender)[0] for text in islice(cycle(texts), turns)]


def first_replies(bot: Bot, text: str, count: int) -> list[tuple[float, str]]:
    """So many people's same message at once: for each the seconds until the reply, and its first words."""

    def one(number: int) -> tuple[float, str]:
        seconds, replies = Client(bot).say(text, f"at-once-{number}")
        return seconds, str(replies[0]["text"]) if replies else ""

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
