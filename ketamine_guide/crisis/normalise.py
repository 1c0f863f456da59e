"""Brings the many spellings of a message to one, so that the lexicon needs to know each phrase once."""

from __future__ import annotations

import re
import unicodedata

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"'})
# Signs that stand for letters inside a word ("su1c1de", "k!ll", "d!e"): only between letters, so that "9:30" stays.
_SIGNS = str.maketrans(
    {"1": "i", "!": "i", "3": "e", "0": "o", "4": "a", "@": "a", "$": "s", "5": "s", "7": "t", "|": "l"}
)
_SIGNED = re.compile(r"(?<![\w$@!|])(?=\w*[a-z][1!3045@$7|]+[a-z|])[a-z][a-z1!3045@$7|]*[a-z|](?![\w$@|])")
_STARRED = re.compile(r"(?<=[a-z])[*.\-_](?=[a-z])")
# Three single letters are as a rule no word ("a b c"), but for this one.
_SPACED = re.compile(r"(?<![\w'])(?:(?:[a-z][ .\-_]){3,}[a-z]|d[ .\-_]i[ .\-_]e)(?![\w'])")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_CONTRACTIONS = [
    (re.compile(rf"(?<![\w']){short}(?![\w'])"), long)
    for short, long in (
        (r"(?:wanna)", "want to"),
        (r"(?:gonna|gunna|finna|gon)", "going to"),
        (r"(?:gotta)", "got to"),
        (r"(?:i ?'?m|im|ima|imma)", "i am"),
        (r"(?:i'?ve|ive)", "i have"),
        (r"(?:i'll)", "i will"),
        (r"(?:i'd)", "i would"),
        (r"(?:cannot|can'?t|cnt)", "can not"),
        (r"(?:won'?t)", "will not"),
        (r"(?:ain'?t)", "am not"),
        (r"(?:dnt)", "do not"),
        (r"(do|does|did|is|are|was|were|would|could|should|have|has|had)n'?t", r"\1 not"),
        (r"(he|she|it|that|who|what|there)'s", r"\1 is"),
        (r"(they|we|you)'re", r"\1 are"),
        (r"my ?self|meself|mysel+f", "myself"),
        (r"any ?more", "anymore"),
        (r"2day", "today"),
        (r"2nite|tonite", "tonight"),
        (r"u", "you"),
        (r"ur", "your"),
        (r"r", "are"),
        (r"pls|plz", "please"),
        (r"thats", "that is"),
        (r"(?:ya no (?:k|q)iero)", "ya no quiero"),
        (r"(?:kiero)", "quiero"),
        (r"(?:xq|porke|pq)", "porque"),
        (r"(?:q|k|ke)", "que"),
    )
]
_WORD = re.compile(r"[^\W_]+|[.!?;,]")


def plain(text: str) -> str:
    """The text in lower case without accents, disguises and stretched letters."""
    decomposed = unicodedata.normalize("NFKD", text).translate(_QUOTES).casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    bare = _STARRED.sub(lambda m: "" if m[0] != "." else m[0], bare)
    bare = _SPACED.sub(lambda m: re.sub(r"[ .\-_]", "", m[0]), bare)
    bare = _SIGNED.sub(lambda m: m[0].translate(_SIGNS), bare)
    return _STRETCHED.sub(r"\1", bare)


def words(text: str) -> list[str]:
    """The words and stops of a message, contractions written out, as the lexicon knows them."""
    found = plain(text)
    for pattern, long in _CONTRACTIONS:
        found = pattern.sub(long, found)
    return _WORD.findall(found)
