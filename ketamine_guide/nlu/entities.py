"""Finds what patients name, such as a side effect or a condition, with spaCy and the phrases of `data/entities.yml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import spacy
import yaml
from spacy.matcher import PhraseMatcher
from spacy.matcher.levenshtein import levenshtein_compare
from spacy.tokens import Doc
from spacy.util import filter_spans

from ketamine_guide.content.library import DATA

_FILE = DATA / "entities.yml"
_LONG = 6
_MOST_CHARACTERS = 5_000
_REMEMBERED = 10_000
_WEEKS = re.compile(r"\b(\d{1,2})[ -]?(?:weeks?|wks?|w)\b")
# "I'm 14 weeks" is no age: she is pregnant; but only where no other number may be an age.
_OF_ONESELF = re.compile(r"\b(?:i'?m|i am|am)\s+(?:about |almost |now |only |at )?$")
_PREGNANT = {"under_18": "ask_pregnancy"}


class Entity(NamedTuple):
    """Something that a message names.

    Attributes:
        type, value: what it is, such as `side_effect`, `nausea`.
        start, end: where it stands in the message, in characters.
        topic: the topic about it; None when there is none.
        instead: topics that others answer where this is named.
    """

    type: str
    value: str
    start: int
    end: int
    topic: str | None = None
    instead: Mapping[str, str] = {}


class Entities:
    """The phrases of a file, as a spaCy pipeline.

    Raises:
        ValueError: the file has not the form its first lines describe.
    """

    def __init__(self, path: Path = _FILE) -> None:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        self._entries: dict[tuple[str, str], dict[str, Any]] = {}
        other_words = frozenset(content.pop("other_words", []))
        language = spacy.blank("en")
        self._tokenizer = language.tokenizer
        self._phrases = PhraseMatcher(language.vocab, attr="LOWER")
        for kind, values in content.items():
            for name, entry in values.items() if isinstance(values, dict) else ():
                if not isinstance(entry, dict) or not entry.get("phrases"):
                    raise ValueError(f"{path}: {kind}, {name}: phrases are missing")
                self._entries[(kind, name)] = entry
                self._phrases.add(f"{kind} {name}", [self._tokenizer(phrase) for phrase in entry["phrases"]])
        phrases = [phrase for entry in self._entries.values() for phrase in entry["phrases"]]
        words = frozenset(token.lower_ for phrase in phrases for token in self._tokenizer(phrase))
        long = sorted(word for word in words if len(word) >= _LONG)

        @lru_cache(_REMEMBERED)
        def spelt(word: str) -> str:
            """The phrases' word that is meant: itself, or a long one that is a letter away."""
            if word in words or word in other_words:
                return word
            return next((near for near in long if levenshtein_compare(word, near, 1)), word)

        self._spelt = spelt

    def find(self, text: str) -> list[Entity]:
        """What a message of any length names, in order. A number of weeks is of type `weeks`."""
        text = _plain(text[:_MOST_CHARACTERS])
        said = self._tokenizer(text)
        # A matcher's own fuzzy comparison holds each word against each phrase, which took longer than all else here.
        meant = Doc(said.vocab, words=[self._spelt(token.lower_) for token in said])
        named = []
        for span in filter_spans(self._phrases(meant, as_spans=True)):
            kind, _, name = span.label_.partition(" ")
            entry, last = self._entries[(kind, name)], said[span.end - 1]
            place = said[span.start].idx, last.idx + len(last)
            named.append(Entity(kind, name, *place, entry.get("topic"), entry.get("instead", {})))
        return sorted([*named, *_weeks(text)], key=lambda entity: entity.start)


def _weeks(text: str) -> list[Entity]:
    found = []
    for m in _WEEKS.finditer(text):
        rest = text[: m.start()] + text[m.end() :]
        pregnant = _OF_ONESELF.search(text[: m.start()]) and not any(character.isdigit() for character in rest)
        found.append(Entity("weeks", m[1], m.start(), m.end(), instead=_PREGNANT if pregnant else {}))
    return found


def _plain(text: str) -> str:
    """The text as the phrases are written, every character in its place."""
    # A lone surrogate, which JSON can bring, is more than spaCy takes.
    readable = text.encode("utf-8", "replace").decode("utf-8").replace("’", "'")
    return "".join(lower if len(lower := character.lower()) == 1 else character for character in readable)


@lru_cache
def entities() -> Entities:
    """The entities of this process, read once."""
    return Entities()
