"""Knows the words by which people stop the texts, ask for help, or come back, and their own ways of saying it. Pure.

What no word or sentence tells is for the guide to answer; it may hear a wish for no more texts too (`hears_stop`).
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from ketamine_guide.channels.words import WordsError
from ketamine_guide.settings import ROOT

PATH = ROOT / "data" / "channels" / "opt_out.yml"
# Longer messages are no mere request, and matching them would take long.
_LONGEST = 120
# The intent of those who want no more texts.
STOP_TEXTS = "stop_texts"


class Word(StrEnum):
    """What a message asks of the channel itself."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"
    MORE = "MORE"


class OptOut:
    """The words and sentences of `data/channels/opt_out.yml`.

    Args:
        content: the file's content.

    Raises:
        LookupError, TypeError, ValueError, re.error: it is not as it must be.
    """

    def __init__(self, content: Any) -> None:
        words, parts = content["words"], content["parts"]
        self._words = {said: word for word in Word for said in words[word.lower()]}
        self._when_out = frozenset(words["start_when_out"])
        self._sentences = {
            name: [re.compile(_filled(pattern, parts)) for pattern in patterns]
            for name, patterns in content["sentences"].items()
        }
        self._learned = float(content["learned"])
        if not 0 < self._learned <= 1:
            raise ValueError(f"learned must be a probability, not {self._learned}")
        self._unless = [re.compile(pattern) for pattern in content["unless"]]

    def word(self, body: str, *, opted_out: bool) -> Word | None:
        """What a message asks of the channel, or None when it is for the guide to answer.

        Args:
            body: the message.
            opted_out: whether its sender gets no texts now; then more words mean START.
        """
        said = _plain(body[: 2 * _LONGEST])
        if opted_out and said in self._when_out:
            return Word.START
        if said in self._words:
            return self._words[said]
        if len(said) > _LONGEST or any(pattern.search(said) for pattern in self._unless):
            return None
        if opted_out and self._says("start_when_out", said):
            return Word.START
        return next((word for word in Word if self._says(word.lower(), said)), None)

    def hears_stop(self, intent: str, likely: float) -> bool:
        """Whether the trained model has heard a wish for no more texts, surely enough to act on it.

        Args:
            intent: what it found in a message.
            likely: the probability of that.
        """
        return intent == STOP_TEXTS and likely >= self._learned

    def _says(self, name: str, said: str) -> bool:
        return any(pattern.fullmatch(said) for pattern in self._sentences.get(name, ()))


def read(path: Path) -> OptOut:
    """Reads the words.

    Raises:
        WordsError: the file is unreadable or not as it must be.
    """
    try:
        return OptOut(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, LookupError, AttributeError, TypeError, ValueError, re.error) as error:
        raise WordsError(f"{path}: {error}") from error


def _filled(pattern: str, parts: dict[str, str]) -> str:
    """A pattern with its parts. Not `str.format`: patterns have braces of their own."""
    return re.sub(r"\{(\w+)\}", lambda part: _filled(parts[part[1]], parts), pattern)


def _plain(text: str) -> str:
    """In small letters, words with single blanks, without accents, punctuation and signs."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    bare = re.sub(r"['’‘`´]", "", bare)
    letters = (letter if letter.isalnum() else " " for letter in bare if not unicodedata.combining(letter))
    return " ".join("".join(letters).split())
