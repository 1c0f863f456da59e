"""Decides whether a message discloses a crisis. Pure: no Rasa, no database, no network.

Two layers look at each message: the rules of the lexicons, and a classifier trained on many people's words. Where they
disagree, the person is asked plainly. A layer that fails or takes too long is left out and the other decides; with both
gone, a plain list still does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ketamine_guide.crisis.lexicon import KINDS
from ketamine_guide.crisis.normalise import plain
from ketamine_guide.crisis.rules import Finding, Rules
from ketamine_guide.nlu.text_model import TextModel

logger = logging.getLogger(__name__)

CRISIS, CHECK_IN, NONE = "crisis", "check_in", "none"
_SECONDS = 0.7
# The last resort, when neither the lexicon nor the classifier can be used: literal, so that no file can be missing.
_PLAIN_LIST = (
    "kill myself", "end my life", "want to die", "wanna die", "suicid", "don't want to live", "dont want to live",
    "hurt myself", "cut myself", "better off dead", "matarme", "quiero morir", "quitarme la vida",
)  # fmt: skip

Result = TypeVar("Result")


@dataclass(frozen=True)
class Thresholds:
    """From which probability of a crisis on each level begins.

    Attributes:
        crisis: from here on the classifier alone leads to the crisis reply.
        check_in: from here on it leads to the plain question.
        doubt: below it the classifier doubts a rule so much that the rule leads to the question only.
        ordinary: a message that is so surely an ordinary one is not asked about for the classifier's mild doubts alone.
        figurative: the same for one that the classifier so surely takes as a figure of speech.

    Raises:
        ValueError: one of them is not a number from 0 to 1.
    """

    crisis: float
    check_in: float
    doubt: float
    ordinary: float = 1.0
    figurative: float = 1.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not isinstance(value, int | float) or not 0 <= value <= 1:
                raise ValueError(f"{name} must be a number from 0 to 1, not {value!r}")


@dataclass(frozen=True)
class Verdict:
    """What the screen found.

    Attributes:
        level: `crisis`, `check_in` or `none`.
        kind: the kind of crisis, one of `lexicon.KINDS`; for `none` the likeliest, were there one.
        language: `en` or `es`.
        score: the classifier's probability that the message discloses a crisis; None when it was left out.
        evidence: what told, for staff: the words that a rule found, the classifier's likeliest classes.
    """

    level: str
    kind: str
    language: str
    score: float | None
    evidence: tuple[str, ...] = ()


class Screen:
    """The crisis screen.

    Args:
        rules: the lexicons' rules, or None when they could not be read.
        model: the classifier, or None when it could not be read.
        thresholds: from which probability on it acts.
    """

    def __init__(self, rules: Rules | None, model: TextModel | None, thresholds: Thresholds) -> None:
        self._rules, self._model, self._thresholds = rules, model, thresholds
        self._workers = _workers()

    def judge(self, text: str, pieces: list[tuple[str, npt.NDArray[np.float32]]], *, ordinary: float = 0.0) -> Verdict:
        """Whether a message discloses a crisis.

        Args:
            text: the whole message, of any length and content.
            pieces: its windows with their sentence vectors of shape (384,); empty when there are none, and then the
                classifier is left out.
            ordinary: the probability that it is an ordinary question, or an answer to ours.
        """
        rules, model = self._rules, self._model
        # One after the other: begun at once, rules that hang in several messages would keep the classifier waiting too.
        finding = self._within(lambda: rules.look(text)) if rules else None
        probabilities = self._within(lambda: _worst(model, pieces)) if model and pieces else None
        if finding is None and probabilities is None:
            told = tuple(phrase for phrase in _PLAIN_LIST if phrase in text.casefold().replace("’", "'"))
            return Verdict(CRISIS if told else NONE, "active", "en", None, told)
        return decide(finding or Finding(), probabilities, self._thresholds, ordinary)

    def _within(self, look: Callable[[], Result]) -> Result | None:
        """What a layer finds, or None when it fails or takes too long."""
        try:
            return self._workers.submit(look).result(_SECONDS)
        except TookTooLong:
            # The hung layer keeps its thread; the messages after this one get threads of their own.
            self._workers = _workers()
            logger.error("A layer of the crisis screen took longer than %s seconds; the others decide.", _SECONDS)
        except Exception as error:
            # Whatever it is, the person must be answered; the words stay out of the log.
            logger.error("A layer of the crisis screen failed (%s); the others decide.", type(error).__name__)
        return None


def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(4, thread_name_prefix="crisis-screen")


def decide(
    finding: Finding, probabilities: dict[str, float] | None, thresholds: Thresholds, ordinary: float = 0.0
) -> Verdict:
    """One verdict from what the rules found and the classifier's probability of each class (None: left out).

    `ordinary` is the probability that the message is an ordinary question; it weighs against mild doubts alone, as does
    a figure of speech.
    """
    score = None if probabilities is None else sum(probabilities.get(kind, 0.0) for kind in KINDS)
    likeliest = max(KINDS, key=lambda kind: (probabilities or {}).get(kind, 0.0)) if probabilities else "active"
    kind = finding.kind or likeliest
    evidence = finding.evidence + tuple(
        f"{name} {p:.2f}" for name, p in sorted((probabilities or {}).items(), key=lambda item: -item[1])[:2]
    )
    by_rule = finding.sure and (score is None or score >= thresholds.doubt)
    # Grave words in harmless surroundings, and nothing else: however sure the classifier is, the person is asked first.
    # Not so where it hears of what they don't speak of, danger at hand ("I'm not suicidal, I just took them all") or
    # self-harm ("I don't want to die, I only cut").
    others_only = bool(finding.excused) and "self_harm" not in finding.excused
    unspoken = likeliest == "imminent" or (likeliest == "self_harm" and others_only)
    excused = bool(finding.excused or finding.figurative) and not unspoken
    figurative = finding.figurative or (probabilities or {}).get("idiom", 0.0) >= thresholds.figurative
    mild = figurative or ordinary >= thresholds.ordinary
    if by_rule or (score is not None and score >= thresholds.crisis and not excused):
        level = CRISIS
    elif finding.kind and (finding.sure or score is None):
        # What is as often a joke counts alone only where there is no classifier to hear how it is meant.
        level = CHECK_IN
    elif score is not None and score >= (thresholds.crisis if mild else thresholds.check_in):
        level = CHECK_IN
    else:
        level = NONE
    return Verdict(level, kind, finding.language, score, evidence)


def _worst(model: TextModel, pieces: list[tuple[str, npt.NDArray[np.float32]]]) -> dict[str, float]:
    """The classifier's probabilities for the piece that it finds gravest."""
    rows = model.probabilities([plain(text) for text, _ in pieces], np.stack([vector for _, vector in pieces]))
    of_crisis = [index for index, name in enumerate(model.classes) if name in KINDS]
    row = rows[rows[:, of_crisis].sum(axis=1).argmax()]
    return {name: float(p) for name, p in zip(model.classes, row, strict=True)}
