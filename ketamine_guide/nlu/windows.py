"""Cuts a long message into windows that the sentence encoder can read whole."""

from __future__ import annotations

_WORDS, _STEP = 120, 90
_MOST = 40


def windows(text: str) -> list[str]:
    """The text alone, or overlapping windows of 120 words when it has more than 150; at most 40, the last ones kept.

    What matters most may stand in the last line of a page, far behind the 256 word pieces that the encoder reads.
    """
    words = text.split()
    if len(words) <= _WORDS + _STEP // 3:
        return [text]
    starts = range(0, max(len(words) - _WORDS + _STEP, 1), _STEP)
    return [" ".join(words[start : start + _WORDS]) for start in starts][-_MOST:]
