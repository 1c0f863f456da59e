"""Reads `data/channels/sms.yml`, what the SMS channel says beside the replies, filled in and in GSM-7."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from ketamine_guide.channels.sms.gsm import gsm, segments
from ketamine_guide.channels.words import WordsError
from ketamine_guide.crisis.resources import DEFAULT_LANGUAGE, primary
from ketamine_guide.settings import ROOT

logger = logging.getLogger(__name__)

PATH = ROOT / "data" / "channels" / "sms.yml"
NAMES = frozenset(
    ("help", "stop", "start", "media", "empty", "too_long", "slow_down", "later", "failed", "choices", "or", "more")
)


class SmsWords:
    """The words, by language.

    Args:
        words: as in the file, filled in.
    """

    def __init__(self, words: Mapping[str, Mapping[str, str]]) -> None:
        self._words = words

    def say(self, name: str, lang: str = DEFAULT_LANGUAGE) -> str:
        """One of `NAMES`; an unknown language is English."""
        return self._words.get(primary(lang), self._words[DEFAULT_LANGUAGE])[name]

    def choices(self, titles: list[str], lang: str) -> str:
        """The choices below a reply: "Reply 1 or 2:", and each on a line with its number."""
        numbers = [str(number) for number in range(1, len(titles) + 1)]
        listed = self.say("or", lang).join(part for part in (", ".join(numbers[:-1]), numbers[-1]) if part)
        head = self.say("choices", lang).format(numbers=listed)
        return "\n".join([head, *(f"{number} {gsm(title)}" for number, title in zip(numbers, titles, strict=True))])


def read(path: Path, wording: Callable[[str], Mapping[str, str]]) -> SmsWords:
    """Reads the words.

    Args:
        path: the file.
        wording: what stands for the placeholders in a language.

    Raises:
        WordsError: the file is unreadable, something is missing or cannot be filled in.
    """
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        words = {lang: _filled(spoken, wording(lang)) for lang, spoken in content.items()}
        words[DEFAULT_LANGUAGE]
    except (OSError, yaml.YAMLError, ValueError, LookupError, AttributeError) as error:
        raise WordsError(f"{path}: {error}") from error
    for lang, spoken in words.items():
        if long := sorted(name for name, text in spoken.items() if segments(text) > 1):
            logger.warning("With this clinic's name, more than one text message (%s): %s", lang, ", ".join(long))
    return SmsWords(words)


def _filled(spoken: Mapping[str, str], wording: Mapping[str, str]) -> dict[str, str]:
    if spoken.keys() != NAMES:
        raise ValueError(f"missing or unknown: {', '.join(sorted(spoken.keys() ^ NAMES))}")
    # The numbers of the choices are filled in later.
    return {name: gsm(text.format_map({**wording, "numbers": "{numbers}"})) for name, text in spoken.items()}
