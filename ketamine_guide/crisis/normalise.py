"""Brings the many spellings of a message to one, so that the lexicon needs to know each phrase once."""

from __future__ import annotations

import re
import unicodedata

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"'})
_CONTRACTIONS = [
    (re.compile(rf"\b{short}\b"), long)
    for short, long in (
        (r"(?:wanna)", "want to"),
        (r"(?:gonna|gunna|finna)", "going to"),
        (r"(?:gotta)", "got to"),
        (r"(?:i ?'?m|im)", "i am"),
        (r"(?:i'?ve|ive)", "i have"),
        (r"(?:i'll)", "i will"),
        (r"(?:i'd|id)", "i would"),
        (r"(?:cannot|can'?t)", "can not"),
        (r"(?:won'?t)", "will not"),
        (r"(?:ain'?t)", "am not"),
        (r"(do|does|did|is|are|was|were|would|could|should|have|has|had)n'?t", r"\1 not"),
        (r"(he|she|it|that|who|what|there)'s", r"\1 is"),
        (r"(they|we|you)'re", r"\1 are"),
        (r"my ?self|meself", "myself"),
        (r"any ?more", "anymore"),
        (r"u", "you"),
        (r"ur", "your"),
    )
]
_WORD = re.compile(r"[^\W_]+|[.!?;,]")


def words(text: str) -> list[str]:
    """The words and stops of a message in lower case, without accents or marks, contractions written out."""
    decomposed = unicodedata.normalize("NFKD", text).translate(_QUOTES).casefold()
    plain = "".join(c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    for pattern, long in _CONTRACTIONS:
        plain = pattern.sub(long, plain)
    return _WORD.findall(plain)
