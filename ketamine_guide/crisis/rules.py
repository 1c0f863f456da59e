"""The rules of the crisis screen: the lexicons' phrases, and the surroundings that excuse them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from ketamine_guide.crisis.lexicon import KINDS, Lexicon, LexiconError
from ketamine_guide.crisis.normalise import words

# The surroundings, by their names in the lexicons, in which words mean something else.
_FIGURATIVE = frozenset({"idiom", "fiction"})


@dataclass(frozen=True)
class Finding:
    """What the rules found.

    Attributes:
        kind: the gravest kind, one of `lexicon.KINDS`, or None.
        sure: whether a phrase that leaves no doubt was among them.
        language: `en` or `es`, whichever has more of its common words in the message.
        evidence: the words that told, as normalised.
        excused: whether phrases were found, and all of them in surroundings in which they do not count.
        figurative: whether a figure of speech, an accident or a story was found, and no phrase that counts.
    """

    kind: str | None = None
    sure: bool = False
    language: str = "en"
    evidence: tuple[str, ...] = ()
    excused: bool = False
    figurative: bool = False


class Rules:
    """The rules of all languages at once: people mix them."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        if not lexicons:
            raise LexiconError("there is no lexicon")
        self._vocab = Vocab()
        self._phrases, self._unless = Matcher(self._vocab), Matcher(self._vocab)
        self._groups = {}
        self._common = {lexicon.language: frozenset(lexicon.common.split()) for lexicon in lexicons}
        for lexicon in lexicons:
            for name, group in lexicon.groups.items():
                key = f"{lexicon.language} {name}"
                self._groups[key] = group
                self._phrases.add(key, [lexicon.compile(phrase) for phrase in group.phrases])
            for name, phrases in lexicon.unless.items():
                key = f"{lexicon.language} {name}"
                self._unless.add(key, [lexicon.compile(phrase, within=True) for phrase in phrases])

    def look(self, text: str) -> Finding:
        """What the rules find in a message of any length and content."""
        found = words(text)
        if not found:
            return Finding()
        doc = Doc(self._vocab, words=found)
        # A modifier excuses only what it touches: a denial here says nothing of a plan there.
        surroundings = self._unless(doc)
        excused = {place for _, start, end in surroundings for place in range(start, end)}
        told: dict[str, list[str]] = {}
        sure, found_any = False, False
        for match, start, end in self._phrases(doc):
            found_any = True
            if excused.isdisjoint(range(start, end)):
                group = self._groups[self._vocab.strings[match]]
                told.setdefault(group.kind, []).append(doc[start:end].text)
                sure = sure or group.sure
        kind = next((kind for kind in KINDS if kind in told), None)
        evidence = tuple(dict.fromkeys(told[kind])) if kind else ()
        names = {self._vocab.strings[match].partition(" ")[2] for match, _, _ in surroundings}
        figurative = kind is None and not names.isdisjoint(_FIGURATIVE)
        return Finding(kind, sure, self._language(found), evidence, found_any and kind is None, figurative)

    def _language(self, found: list[str]) -> str:
        counts = {language: sum(word in common for word in found) for language, common in self._common.items()}
        return max(counts, key=lambda language: (counts[language], language == "en"))
