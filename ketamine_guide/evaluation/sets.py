"""The sets that the guide is measured on, and what a reply to one of them is worth. Pure, but for reading the files.

A set is JSON lines. `expect` holds regular expressions, case-insensitive, that a right reply must all match.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ketamine_guide.content.library import library
from ketamine_guide.dialogue.wording import wording

RIGHT, OFFERED, REFUSED, WRONG = "right", "offered", "refused", "wrong"
OUTCOMES = (RIGHT, OFFERED, REFUSED, WRONG)
YES, PARTIAL, NO = "yes", "partial", "no"

Patterns = tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class Question:
    """A question, whether the document answers it (yes, partial, no), and what a right reply to it holds."""

    id: str
    text: str
    register: str
    answerable: str
    topic: str
    expect: Patterns

    @property
    def turns(self) -> tuple[str, ...]:
        """What is said, in order."""
        return (self.text,)


@dataclass(frozen=True)
class Several:
    """Several questions in one message; with `refused` one of them must be turned down."""

    id: str
    text: str
    expect: Patterns
    refused: bool

    @property
    def turns(self) -> tuple[str, ...]:
        """What is said, in order."""
        return (self.text,)


@dataclass(frozen=True)
class FollowUp:
    """A short conversation; `expect` is for the reply to its last turn."""

    id: str
    turns: tuple[str, ...]
    expect: Patterns


Asked = Question | Several | FollowUp
Kind = TypeVar("Kind", Question, Several, FollowUp)


@dataclass(frozen=True)
class Reply:
    """What the guide said to the last turn.

    Attributes:
        text: its whole text.
        buttons: the words on its buttons.
        offered: the topics behind them.
        likeliest: the intent that the classifier found likeliest; None when it found none.
        confidence: that intent's probability.
    """

    text: str
    buttons: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    likeliest: str | None = None
    confidence: float = 0.0

    @property
    def answered(self) -> bool:
        """Whether it is drawn from the document."""
        return "\nSource: " in self.text

    @property
    def unsure(self) -> bool:
        """Whether it gives no answer and offers topics to choose from."""
        return bool(self.offered) and not self.answered


@dataclass(frozen=True)
class Result:
    """What came of a question."""

    question: Question
    reply: Reply

    @property
    def outcome(self) -> str:
        """What the reply is worth; see `judge`."""
        return judge(self.question, self.reply)


def read_set(path: Path, kind: type[Kind]) -> list[Kind]:
    """Reads a set of questions of one kind.

    Raises:
        ValueError: a line is not of this kind; the message names the line.
        OSError: the file can't be read.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                given = json.loads(line)
                found.append(kind(**{f.name: _FIELDS[f.name](given[f.name]) for f in dataclasses.fields(kind)}))
            except (ValueError, TypeError, KeyError, re.error) as error:
                raise ValueError(f"{path}, line {number}: {error!r}") from error
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, not {value!r}")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise TypeError(f"a list of texts was expected, not {value!r}")
    return tuple(_text(one) for one in value)


def _patterns(value: object) -> Patterns:
    if not isinstance(value, list):
        raise TypeError(f"a list of patterns was expected, not {value!r}")
    return tuple(re.compile(_text(one), re.IGNORECASE) for one in value)


def _answerable(value: object) -> str:
    if value not in (YES, PARTIAL, NO):
        raise ValueError(f"answerable is yes, partial or no, not {value!r}")
    return str(value)


_FIELDS: Mapping[str, Any] = {
    **dict.fromkeys(("id", "text", "register", "topic"), _text),
    "answerable": _answerable,
    "turns": _texts,
    "expect": _patterns,
    "refused": bool,
}


def judge(question: Question, reply: Reply) -> str:
    """What a reply is worth.

    Returns:
        `right`: all that was expected is there (for a question that can't be answered: it was turned down);
        `offered`: not understood, and one of the offered topics would have been right;
        `refused`: turned down or not understood, though the document has an answer; `wrong`: another answer was given.
    """
    if question.answerable == NO:
        return WRONG if reply.answered or not holds(question, reply.text) else RIGHT
    if holds(question, reply.text):
        return RIGHT
    if reply.answered:
        return WRONG
    return OFFERED if any(holds(question, library().topics[name].answer) for name in reply.offered) else REFUSED


def is_right(asked: Several | FollowUp, reply: Reply) -> bool:
    """Whether all that was expected is there, and what must be turned down was turned down beside it."""
    refused = isinstance(asked, Several) and asked.refused
    return holds(asked, reply.text) and (not refused or bool(reply.answered and turned_down(reply.text)))


def likeliest_is_right(question: Question, name: str) -> bool:
    """Whether an intent would have been right: a topic with what was expected, or none where there is no answer."""
    topic = library().topics.get(name)
    if question.answerable == NO:
        return topic is None
    return topic is not None and holds(question, topic.answer)


def holds(asked: Asked, text: str) -> bool:
    """Whether a text holds everything that was expected."""
    return all(pattern.search(text) for pattern in asked.expect)


def answered_topics(text: str) -> tuple[str, ...]:
    """The topics whose answer, in either form, a reply holds, in its order."""
    places = {
        topic.name: min(place for form in (topic.answer, topic.answer_sms) if (place := text.find(form)) >= 0)
        for topic in library().topics.values()
        if topic.answer in text or topic.answer_sms in text
    }
    return tuple(sorted(places, key=places.__getitem__))


def turned_down(text: str) -> tuple[str, ...]:
    """The intents that are no topics whose reply a reply holds: how it was turned down."""
    return tuple(name for name, intent in library().intents.items() if intent.reply.format_map(wording()) in text)
