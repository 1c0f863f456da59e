"""The figures of an evaluation: the bars that must be met, the counts, the confusions and the calibration. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ketamine_guide.content.library import library
from ketamine_guide.evaluation.sets import (
    NO,
    OFFERED,
    PARTIAL,
    RIGHT,
    WRONG,
    YES,
    Question,
    Reply,
    Result,
    answered_topics,
    likeliest_is_right,
    turned_down,
)

_BINS = 8
_FEWEST = 2


@dataclass(frozen=True)
class Bar:
    """A share that must be reached, or must not be passed.

    Attributes:
        title: what is counted.
        count, of: the share as two numbers.
        wanted: the bar, from 0 to 1.
        at_least: whether the share must be at least that; else at most.
    """

    title: str
    count: int
    of: int
    wanted: float
    at_least: bool = True

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.count / self.of

    @property
    def verdict(self) -> str:
        """In a word; a share of a single question is shown and not judged."""
        return "too few to tell" if self.of < _FEWEST else "met" if self.is_met else "NOT MET"

    @property
    def is_met(self) -> bool:
        """Whether the share is on the right side."""
        return self.share >= self.wanted if self.at_least else self.share <= self.wanted


def bars(results: Sequence[Result], *, development: bool = False) -> list[Bar]:
    """The bars for these results; one about nothing is left out.

    Args:
        results: of a whole set.
        development: whether the guide was improved with this set at hand: then the bars are higher.
    """
    yes, partial, no, wrong, offered = (0.93, 0.80, 0.93, 0.04, 0.85) if development else (0.90, 0.75, 0.90, 0.06, 0.80)
    of_kind = {kind: [r for r in results if r.question.answerable == kind] for kind in (YES, PARTIAL, NO)}
    unsure = [result for result in of_kind[YES] if result.reply.unsure and result.outcome != RIGHT]
    found = [
        Bar("answered, of what the document answers", _count(of_kind[YES], RIGHT), len(of_kind[YES]), yes),
        Bar("answered, of what it answers in part", _count(of_kind[PARTIAL], RIGHT), len(of_kind[PARTIAL]), partial),
        Bar("turned down, of what it does not answer", _count(of_kind[NO], RIGHT), len(of_kind[NO]), no),
        Bar(
            "wrong answers with a source, of all",
            sum(result.outcome == WRONG and result.reply.answered for result in results),
            len(results),
            wrong,
            at_least=False,
        ),
        Bar("the right topic offered, when unsure of what it answers", _count(unsure, OFFERED), len(unsure), offered),
    ]
    return [bar for bar in found if bar.of]


def _count(results: Sequence[Result], outcome: str) -> int:
    return sum(result.outcome == outcome for result in results)


def counts(results: Sequence[Result], key: Callable[[Question], str]) -> dict[str, Counter[str]]:
    """How often each outcome came, by a property of the question, sorted by its name."""
    found: dict[str, Counter[str]] = {}
    for result in results:
        found.setdefault(key(result.question), Counter())[result.outcome] += 1
    return dict(sorted(found.items()))


def confusions(results: Sequence[Result]) -> list[tuple[str, str, int]]:
    """What came instead of what was expected, and how often: the question's topic, and what the reply was."""
    found = Counter((r.question.topic, named(r.reply)) for r in results if r.outcome != RIGHT)
    return [(*pair, count) for pair, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))]


def named(reply: Reply) -> str:
    """What a reply is, by the library: how it turns down, the questions it answers, or that topics were offered."""
    topics = library().topics
    found = [*turned_down(reply.text), *(topics[name].question for name in answered_topics(reply.text))]
    return "; ".join(found) or ("topics offered" if reply.unsure else "another reply")


def calibration(results: Sequence[Result]) -> list[tuple[float, float, int]]:
    """How sure the classifier was of its likeliest intent, and how often that was right.

    Returns:
        Up to eight groups of about equal size, least sure first: mean probability, share that was right, how many.
    """
    judged = sorted(
        (result.reply.confidence, likeliest_is_right(result.question, result.reply.likeliest))
        for result in results
        if result.reply.likeliest is not None
    )
    groups = [group for group in np.array_split(np.array(judged, dtype=float).reshape(-1, 2), _BINS) if len(group)]
    return [(float(group[:, 0].mean()), float(group[:, 1].mean()), len(group)) for group in groups]
