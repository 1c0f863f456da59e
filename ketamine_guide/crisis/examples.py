"""Reads `data/crisis/examples/`: what people write, sorted by what it tells."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from ketamine_guide.content.library import DATA

FOLDER = DATA / "crisis" / "examples"


class Example(NamedTuple):
    """A message, what it tells (a class, such as `passive` or `idiom`), its language, and the voice it is in."""

    text: str
    label: str
    language: str
    voice: str


def held_out(text: str) -> bool:
    """Whether a text belongs to the twentieth part that nothing learns from, kept to set thresholds on."""
    return hashlib.sha256(text.encode()).digest()[0] % 20 == 0


def read_examples(folder: Path = FOLDER) -> list[Example]:
    """All examples, each once, in the order of the files.

    A file is named `<class>.<language>.<voice>.txt` and holds a message a line; lines that begin with `#` are comments.

    Raises:
        FileNotFoundError: the folder holds no such file.
    """
    found: dict[str, Example] = {}
    for path in sorted(folder.glob("*.*.*.txt")):
        label, language, voice, _ = path.name.split(".")
        for line in path.read_text(encoding="utf-8").splitlines():
            text = line.strip()
            if text and not text.startswith("#"):
                found.setdefault(text, Example(text, label, language, voice))
    if not found:
        raise FileNotFoundError(f"There are no examples in {folder}")
    return list(found.values())
