"""Decides whether a message discloses a crisis. Pure: no Rasa, no database, no network."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from ketamine_guide.crisis.lexicon import KINDS, Lexicon
from ketamine_guide.crisis.normalise import words


@dataclass(frozen=True)
class Verdict:
    """What the screen found.

    Attributes:
        kind: the gravest kind found, one of `lexicon.KINDS`, or None for no crisis.
        evidence: the words that told, as normalised, for staff.
    """

    kind: str | None
    evidence: tuple[str, ...] = ()


class Screen:
    """The crisis screen of one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._vocab = Vocab()
        self._phrases = Matcher(self._vocab)
        for name, group in lexicon.groups.items():
            self._phrases.add(f"{group.kind}:{name}", [lexicon.compile(phrase) for phrase in group.phrases])
        self._unless = Matcher(self._vocab)
        for name, phrases in lexicon.unless.items():
            self._unless.add(name, [lexicon.compile(phrase) for phrase in phrases])

    def judge(self, text: str) -> Verdict:
        """Whether the message, of any length and content, discloses a crisis, and of which kind."""
        found = words(text)
        if not found:
            return Verdict(None)
        doc = Doc(self._vocab, words=found)
        # A modifier cancels only what it touches: a denial here says nothing of a plan there.
        excused = [range(start, end) for _, start, end in self._unless(doc)]
        kinds: dict[str, list[str]] = {}
        for match, start, end in self._phrases(doc):
            if not any(start in span or span.start in range(start, end) for span in excused):
                kind = self._vocab.strings[match].split(":")[0]
                kinds.setdefault(kind, []).append(doc[start:end].text)
        for kind in KINDS:
            if kind in kinds:
                return Verdict(kind, tuple(dict.fromkeys(kinds[kind])))
        return Verdict(None)
