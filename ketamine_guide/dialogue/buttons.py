"""The buttons under a reply."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ketamine_guide.content.library import library

_LIKELY = 0.05


def topic_buttons(names: Iterable[str]) -> list[dict[str, str]]:
    """A button for each topic: its question, and the payload that asks it."""
    return [{"title": library().topics[name].question, "payload": f"/{name}"} for name in names]


def likely_topics(ranking: Iterable[dict[str, Any]]) -> list[str]:
    """The topics among the intents that the classifier found likeliest, without what is a guess at random."""
    return [guess["name"] for guess in ranking if guess["confidence"] >= _LIKELY and guess["name"] in library().topics]
