"""Reads `data/topics/`, `data/dialogue/` and `data/facts.yml`, and refuses what a patient must not meet half-made."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, Extra, Field, validator

from ketamine_guide.settings import ROOT

DATA = ROOT / "data"
TOPIC_PREFIX = "ask_"


class ContentError(ValueError):
    """A content file is not as it must be; the message names the file and what to mend."""


class _Entry(BaseModel, extra=Extra.forbid, allow_mutation=False):
    """What all content has in common: no unknown keys, and nothing changes once it was read."""


class Examples(_Entry):
    """Example questions by register, a line each: spelled out, rambling, and as a text message."""

    faq: tuple[str, ...]
    forum: tuple[str, ...]
    sms: tuple[str, ...]

    @validator("*", pre=True)
    def _lines(cls, value: Any) -> tuple[str, ...]:
        return tuple(line.strip() for line in str(value).splitlines() if line.strip())

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        yield from (*self.faq, *self.forum, *self.sms)


class FollowUp(_Entry):
    """A message that leans on what was answered before it: that topic, and the words."""

    after: str
    words: str


class _Asked(_Entry):
    """What is asked in people's words, and by follow-ups: lines of `<topic answered before> > <words>`."""

    name: str
    examples: Examples
    follow_ups: tuple[FollowUp, ...] = ()

    @validator("follow_ups", pre=True)
    def _rows(cls, value: Any) -> tuple[FollowUp, ...]:
        rows = [line.partition(">") for line in str(value).splitlines() if line.strip()]
        if wrong := [after for after, sign, words in rows if not sign or not words.strip()]:
            raise ValueError(f"expected <topic> > <words>, found {wrong[0]!r}")
        return tuple(FollowUp(after=after.strip(), words=words.strip()) for after, _, words in rows)


class Topic(_Asked):
    """A topic of the document: what patients ask, and the answer."""

    section: str
    question: str = Field(max_length=40, description="The words on a button that offers this topic.")
    facts: list[str] = Field(min_items=1)
    related: list[str] = Field(min_items=2, max_items=3)
    answer: str = Field(min_length=1)
    answer_sms: str = Field(min_length=1)
    crisis_line: bool = False


class Intent(_Asked):
    """Anything else a patient says: small talk, or a kind of question that must be turned down.

    `related` names the topics that honestly help where this is turned down.
    """

    related: tuple[str, ...] = ()
    reply: str = Field(min_length=1)
    reply_sms: str = Field(min_length=1)


class Fact(_Entry):
    """A numbered fact of the document: where it stands, and the figures an answer may give with it."""

    id: str
    section: str
    says: str
    figures: tuple[str, ...] = ()


class Library(_Entry):
    """Everything the guide can say."""

    topics: dict[str, Topic]
    intents: dict[str, Intent]
    facts: dict[str, Fact]

    def examples(self) -> dict[str, list[str]]:
        """The example questions of every topic and every other intent, by name."""
        return {entry.name: list(entry.examples) for entry in self._entries()}

    def follow_ups(self) -> dict[str, list[FollowUp]]:
        """The follow-ups that lead to every topic and every other intent, by name."""
        return {entry.name: list(entry.follow_ups) for entry in self._entries()}

    def _entries(self) -> list[Topic | Intent]:
        return [*self.topics.values(), *self.intents.values()]

    def sections(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The sections that these topics rest on, each once, the first topic's own first."""
        found: dict[str, None] = {}
        for topic in (self.topics[name] for name in names):
            found[topic.section] = None
            found.update((self.facts[fact].section, None) for fact in topic.facts)
        return tuple(found)


def _read(path: Path) -> dict[str, Any]:
    try:
        # The C loader reads the 100 topics in a tenth of the time.
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ContentError(f"{path}: not readable as YAML: {error}") from error
    if not isinstance(content, dict):
        raise ContentError(f"{path}: expected keys and values at the top, found {type(content).__name__}")
    return content


def _entries(folder: Path, key: str) -> Iterator[tuple[Path, dict[str, Any], str, dict[str, Any]]]:
    for path in sorted(folder.glob("*.yml")):
        content = _read(path)
        for name, entry in content.get(key, {}).items():
            yield path, content, name, entry


def load(data: Path = DATA) -> Library:
    """Reads all content below `data`.

    Raises:
        ContentError: a file is unreadable, an entry is incomplete, or a name is used twice or leads nowhere.
    """
    topics: dict[str, Topic] = {}
    intents: dict[str, Intent] = {}
    facts = {id: Fact(id=id, **fact) for id, fact in _read(data / "facts.yml")["facts"].items()}
    for path, content, name, entry in _entries(data / "topics", "topics"):
        if name in topics or not name.startswith(TOPIC_PREFIX):
            raise ContentError(f"{path}: {name}: a topic's name is used once and begins with {TOPIC_PREFIX}")
        topics[name] = _build(Topic, path, name=name, section=content.get("section"), **entry)
    for path, _, name, entry in _entries(data / "dialogue", "intents"):
        if name in intents or name in topics:
            raise ContentError(f"{path}: {name}: this name is used twice")
        intents[name] = _build(Intent, path, name=name, **entry)
    entries: list[Topic | Intent] = [*topics.values(), *intents.values()]
    for asked in entries:
        if lost := {row.after for row in asked.follow_ups} - topics.keys():
            raise ContentError(f"follow_ups of {asked.name} come after what does not exist: {', '.join(sorted(lost))}")
        if unknown := set(asked.related) - topics.keys():
            raise ContentError(f"{asked.name} is related to what does not exist: {', '.join(sorted(unknown))}")
    for topic in topics.values():
        if unknown := set(topic.facts) - facts.keys():
            raise ContentError(f"topic {topic.name} names what does not exist: {', '.join(sorted(unknown))}")
    return Library(topics=topics, intents=intents, facts=facts)


def _build(kind: type[Any], path: Path, **entry: Any) -> Any:
    try:
        return kind(**entry)
    except ValueError as error:
        raise ContentError(f"{path}: {entry['name']}: {error}") from error


@lru_cache
def library() -> Library:
    """The content of this process, read once."""
    return load()
