"""Reads `data/channels/web.yml`, what the web channel says beside the replies, filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, Extra, Field

from ketamine_guide.content.library import Library
from ketamine_guide.crisis.resources import DEFAULT_LANGUAGE, primary
from ketamine_guide.settings import ROOT

PATH = ROOT / "data" / "channels" / "web.yml"
OTHER = "other"


class WordsError(ValueError):
    """The words are not as they must be; the message names the file and what to mend."""


class _Entry(BaseModel, extra=Extra.forbid, allow_mutation=False):
    """What all entries have in common: no unknown keys, and nothing changes once it was read."""


class Notices(_Entry):
    """What stands around the conversation."""

    automated: str = Field(min_length=1)
    education: str = Field(min_length=1)
    minors: str = Field(min_length=1)
    kept: str = Field(min_length=1)


class Spoken(_Entry):
    """One language's words."""

    failures: dict[str, str]
    notices: Notices


class Words(_Entry):
    """All of it."""

    suggestions: list[str]
    words: dict[str, Spoken]

    def language(self, asked: str) -> str:
        """The language to speak to somebody who asks for this one, with or without a region."""
        return primary(asked) if primary(asked) in self.words else DEFAULT_LANGUAGE

    def failure(self, code: str, lang: str, clinic_contact: str) -> str:
        """What is said when something fails; codes without words of their own share some."""
        failures = self.words[self.language(lang)].failures
        return failures.get(code, failures[OTHER]).format(clinic_contact=clinic_contact)

    def notices(self, lang: str, clinic_contact: str, days: int) -> dict[str, str]:
        """What stands around the conversation, by name.

        Args:
            lang: the language; English when there are no words in it.
            clinic_contact: the clinic, as somebody to ask.
            days: for how many days a conversation is kept.
        """
        notices: dict[str, str] = self.words[self.language(lang)].notices.dict()
        return {name: text.format(clinic_contact=clinic_contact, days=days) for name, text in notices.items()}


def read(path: Path, library: Library) -> Words:
    """Reads the words.

    Raises:
        WordsError: the file is unreadable, something is missing or cannot be filled in, or a topic is unknown.
    """
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        words = Words.parse_obj(content)
        for lang, spoken in words.words.items():
            for code in (OTHER, *spoken.failures):
                words.failure(code, lang, "")
            words.notices(lang, "", 1)
        words.words[DEFAULT_LANGUAGE]
    except (OSError, yaml.YAMLError, ValueError, LookupError) as error:
        raise WordsError(f"{path}: {error}") from error
    if unknown := [name for name in words.suggestions if name not in library.topics]:
        raise WordsError(f"{path}: there is no topic {', '.join(unknown)}")
    return words
