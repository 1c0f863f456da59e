"""Reads `data/crisis/lexicon.*.yml` and compiles its phrases to patterns of spaCy's Matcher."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, Extra

KINDS = ("imminent", "active", "passive", "self_harm", "third_party")
_GAP = 3
_STOPS = list(".!?;,")


class LexiconError(ValueError):
    """A lexicon is not as it must be; the message says where."""


class Group(BaseModel, extra=Extra.forbid):
    """Phrases that tell of one kind of crisis.

    Attributes:
        sure: whether each phrase alone is enough for the crisis reply; if not, it leads to the plain question.
        source: where the phrases come from.
    """

    kind: str
    sure: bool = True
    source: str
    phrases: list[str]


class Lexicon(BaseModel, extra=Extra.forbid):
    """One language's phrases.

    Attributes:
        owner: who answers for it.
        language: `en` or `es`.
        common: its commonest words, separated by blanks, to tell it from the other languages.
        words: named lists of words, separated by blanks, that phrases refer to as `$name`.
        groups: the phrases that disclose something, by name.
        unless: the surroundings in which a phrase does not count, by name.
    """

    owner: str
    language: str
    common: str
    words: dict[str, str]
    groups: dict[str, Group]
    unless: dict[str, list[str]]

    def compile(self, phrase: str, within: bool = False) -> list[dict[str, Any]]:
        """A phrase as a pattern of spaCy's Matcher.

        Args:
            phrase: the phrase, as the file has it.
            within: whether "..." stays within a clause: what is denied in one says nothing of the next.

        Raises:
            LexiconError: it refers to a list of words that does not exist.
        """
        pattern: list[dict[str, Any]] = []
        for part in phrase.split():
            if part == "...":
                pattern += [{"ORTH": {"NOT_IN": _STOPS}, "OP": "?"} if within else {"OP": "?"}] * _GAP
                continue
            optional = {"OP": "?"} if part.endswith("?") else {}
            pattern.append({"ORTH": {"IN": self._alternatives(part.rstrip("?"), phrase)}, **optional})
        return pattern

    def _alternatives(self, part: str, phrase: str) -> list[str]:
        found: list[str] = []
        for word in part.split("|"):
            if not word.startswith("$"):
                found.append(word)
            elif word[1:] in self.words:
                found += self.words[word[1:]].split()
            else:
                raise LexiconError(f"phrase {phrase!r}: there is no list of words {word!r}")
        return found


def read(path: Path) -> Lexicon:
    """Reads one language's lexicon.

    Raises:
        LexiconError: the file is unreadable, or a group has a kind that does not exist.
    """
    try:
        lexicon = Lexicon(**yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, TypeError, ValueError) as error:
        raise LexiconError(f"{path}: {error}") from error
    for name, group in lexicon.groups.items():
        if group.kind not in KINDS:
            raise LexiconError(f"{path}: group {name}: {group.kind} is none of {', '.join(KINDS)}")
    return lexicon
