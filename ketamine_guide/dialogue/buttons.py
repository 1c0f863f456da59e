"""The buttons under a reply."""

from __future__ import annotations

from collections.abc import Iterable

from ketamine_guide.content.library import library


def topic_buttons(names: Iterable[str]) -> list[dict[str, str]]:
    """A button for each topic: its question, and the payload that asks it."""
    return [{"title": library().topics[name].question, "payload": f"/{name}"} for name in names]
