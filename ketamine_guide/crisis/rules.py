"""The rules of the crisis screen: the lexicons' phrases, and the surroundings that excuse them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from ketamine_guide.crisis.lexicon import KINDS, Lexicon, LexiconError
from ketamine_guide.crisis.normalise import words

Pattern = list[dict[str, Any]]

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
        excused: where no phrase counts, the kinds of those that were found in surroundings in which they do not.
        figurative: whether a figure of speech, an accident or a story was found, and no phrase that counts.
    """

    kind: str | None = None
    sure: bool = False
    language: str = "en"
    evidence: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()
    figurative: bool = False


class Phrases:
    """Phrases to find in a message, each looked for only where it may stand: of hundreds, few may.

    A phrase can't stand where the message has none of the words that one of its places must have. The place with the
    fewest words is taken, the rarest among all phrases where several have as few; phrases of like words go together.

    Args:
        vocab: of the messages.
        patterns: the phrases, each with its name.

    Raises:
        LexiconError: a phrase has no word that must be there.
    """

    def __init__(self, vocab: Vocab, patterns: Sequence[tuple[str, Pattern]]) -> None:
        places = [[frozenset(part["ORTH"]["IN"]) for part in pattern if "OP" not in part] for _, pattern in patterns]
        frequent = Counter(word for own in places for word in frozenset().union(*own))
        together: dict[frozenset[str], Matcher] = {}
        for (name, pattern), own in zip(patterns, places, strict=True):
            if not own:
                raise LexiconError(f"{name}: a phrase has no word that must be there")
            needed = min(own, key=lambda words: (len(words), sum(frequent[word] for word in words)))
            together.setdefault(needed, Matcher(vocab)).add(name, [pattern])
        self._strings = vocab.strings
        self._by_word: dict[str, list[Matcher]] = defaultdict(list)
        for needed, matcher in together.items():
            for word in needed:
                self._by_word[word].append(matcher)

    def find(self, doc: Doc) -> list[tuple[str, int, int]]:
        """The phrases that a message holds, in its order: name, first word, and the word after the last."""
        matchers = {id(found): found for token in doc for found in self._by_word.get(token.text, ())}
        found = [match for matcher in matchers.values() for match in matcher(doc)]
        return [(self._strings[name], start, end) for name, start, end in sorted(found, key=lambda match: match[1:])]


class Rules:
    """The rules of all languages at once: people mix them."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        if not lexicons:
            raise LexiconError("there is no lexicon")
        self._vocab = Vocab()
        phrases, unless = [], []
        self._groups = {}
        self._common = {lexicon.language: frozenset(lexicon.common.split()) for lexicon in lexicons}
        for lexicon in lexicons:
            for name, group in lexicon.groups.items():
                key = f"{lexicon.language} {name}"
                self._groups[key] = group
                phrases += [(key, lexicon.compile(phrase)) for phrase in group.phrases]
            for name, surroundings in lexicon.unless.items():
                key = f"{lexicon.language} {name}"
                unless += [(key, lexicon.compile(phrase, within=True)) for phrase in surroundings]
        self._phrases, self._unless = Phrases(self._vocab, phrases), Phrases(self._vocab, unless)

    def look(self, text: str) -> Finding:
        """What the rules find in a message of any length and content."""
        found = words(text)
        if not found:
            return Finding()
        doc = Doc(self._vocab, words=found)
        # A modifier excuses only what it touches: a denial here says nothing of a plan there.
        surroundings = self._unless.find(doc)
        excused = {place for _, start, end in surroundings for place in range(start, end)}
        told: dict[str, list[str]] = {}
        sure, denied = False, set()
        for match, start, end in self._phrases.find(doc):
            group = self._groups[match]
            if not excused.isdisjoint(range(start, end)):
                denied.add(group.kind)
                continue
            told.setdefault(group.kind, []).append(doc[start:end].text)
            sure = sure or group.sure
        kind = next((kind for kind in KINDS if kind in told), None)
        evidence = tuple(dict.fromkeys(told[kind])) if kind else ()
        names = {match.partition(" ")[2] for match, _, _ in surroundings}
        figurative = kind is None and not names.isdisjoint(_FIGURATIVE)
        return Finding(kind, sure, self._language(found), evidence, () if kind else tuple(sorted(denied)), figurative)

    def _language(self, found: list[str]) -> str:
        counts = {language: sum(word in common for word in found) for language, common in self._common.items()}
        return max(counts, key=lambda language: (counts[language], language == "en"))
