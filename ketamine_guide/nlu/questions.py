"""Decides what a message asks, from what the classifier makes of the whole of it and of its parts. Pure.

What is decided is a row of intents to answer, the patient's order kept: topics of the document, and kinds of question
that must be turned down. An empty row means that it was not understood.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ketamine_guide.content.library import TOPIC_PREFIX
from ketamine_guide.nlu.entities import Entity

REFUSAL_PREFIX = "cannot_"
MORE = "follow_more"
# Beside these a named side effect or condition is answered, as far as the document goes.
_ABOUT_WHAT_IS_NAMED = frozenset({"cannot_interpret_symptom", "cannot_medical_condition"})
_MOST = 3

# Intents with their probabilities, likeliest first.
Ranking = list[tuple[str, float]]


@dataclass(frozen=True)
class Thresholds:
    """How likely a reading must be, as probabilities and ratios of them. Chosen on data: docs/understanding.md.

    Attributes:
        sure: the likeliest intent of a whole message is believed from here on.
        clause: a clause of several is believed from here on, when it is a question.
        told: the same for a clause that is none, of which only an emergency is taken.
        alone: from here on a message stands for itself, whatever was said before it.
        second: a second topic is answered briefly too when it is at least so likely, as a share of the first.
        related: the same, for a topic beside a question that is turned down, and the other way round, where the
            topic is one that helps with such a question.
        beside: the same, where it is not.
        helping: the topics that help where a question must be turned down, by its intent.
        alone_intents: intents that nothing else is answered beside, such as an emergency; the gravest first.
    """

    sure: float
    clause: float
    told: float
    alone: float
    second: float
    related: float
    beside: float
    helping: Mapping[str, Collection[str]] = field(default_factory=dict)
    alone_intents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One thing to answer: an intent, and whether the short answer does, for it may not have been asked."""

    name: str
    brief: bool = False


@dataclass(frozen=True)
class Context:
    """What was said before.

    Attributes:
        ranking: the message behind the question answered before; None when it does not lean on it.
        more: the topic to go on with when more is asked for; None when there is none.
    """

    ranking: Ranking | None = None
    more: str | None = None


def find(
    whole: Ranking,
    clauses: list[Ranking],
    context: Context,
    named: Sequence[Entity],
    thresholds: Thresholds,
    *,
    told: Sequence[Ranking] = (),
) -> tuple[Question, ...]:
    """What to answer.

    Args:
        whole: the message, ranked.
        clauses: each of its questions, in order; empty when it is a single clause.
        context: what was said before.
        named: what the message names.
        thresholds: how likely a reading must be.
        told: its clauses that are no questions; only an emergency is taken from them.
    """
    asks_for_more = whole[0][0] == MORE and context.more and whole[0][1] >= thresholds.sure
    if context.ranking and whole[0][1] < thresholds.alone and not asks_for_more:
        whole = _mean(whole, context.ranking)
    return _sharpened(_find(whole, clauses, told, context.more, thresholds), named)


def _find(
    whole: Ranking, clauses: list[Ranking], told: Sequence[Ranking], more: str | None, thresholds: Thresholds
) -> tuple[Question, ...]:
    name, likely = whole[0]
    sure = likely >= thresholds.sure
    believed = [ranking[0][0] for ranking in clauses if ranking[0][1] >= thresholds.clause]
    # A history told in passing ("chest pain in 2009") must be all the surer.
    heard = [ranking[0][0] for ranking in told if ranking[0][1] >= thresholds.told]
    grave = [name, *believed, *heard] if sure else [*believed, *heard]
    urgent = [found for found in thresholds.alone_intents if found in grave]
    if urgent:
        return (Question(urgent[0]),)
    asked = [found for found in dict.fromkeys(believed) if _is_question(found)]
    if len(asked) > 1:
        return tuple(Question(found, brief=place > 1) for place, found in enumerate(asked[:_MOST]))
    if asked and not (sure and _is_question(name)):
        return (Question(asked[0]),)
    if not sure:
        return ()
    if name == MORE and more:
        return (Question(more),)
    return (Question(name), *_second(whole, thresholds))


def _sharpened(found: tuple[Question, ...], named: Sequence[Entity]) -> tuple[Question, ...]:
    """The same, made to fit what the message names."""
    instead = {left: right for entity in named for left, right in entity.instead.items()}
    once: dict[str, Question] = {}
    for asked in found:
        name = instead.get(asked.name, asked.name)
        once.setdefault(name, replace(asked, name=name))
    found = tuple(once.values())
    about = [entity.topic for entity in named if entity.topic]
    if about and len(found) == 1 and found[0].name in _ABOUT_WHAT_IS_NAMED:
        return (*found, Question(about[0], brief=True))
    return found


def _second(whole: Ranking, thresholds: Thresholds) -> list[Question]:
    """What is answered briefly beside the first, when the message may as well have asked that."""
    (first, likely), *others = whole
    if not _is_question(first) or not others:
        return []
    second, p = others[0]
    if not _is_question(second):
        return []
    if _is_topic(first) and _is_topic(second):
        share = thresholds.second
    elif second in thresholds.helping.get(first, ()) or first in thresholds.helping.get(second, ()):
        share = thresholds.related
    else:
        share = thresholds.beside
    if not (_is_topic(first) or _is_topic(second)) or p < share * likely:
        return []
    return [Question(second, brief=True)]


def _mean(one: Ranking, other: Ranking) -> Ranking:
    """The mean of two rankings."""
    total = sum(p for _, p in other) or 1.0
    second = {name: p / total for name, p in other}
    first = dict(one)
    names = {**first, **second}
    return sorted(((n, (first.get(n, 0.0) + second.get(n, 0.0)) / 2) for n in names), key=lambda item: -item[1])


def _is_topic(name: str) -> bool:
    return name.startswith(TOPIC_PREFIX)


def _is_question(name: str) -> bool:
    return name.startswith((TOPIC_PREFIX, REFUSAL_PREFIX))
