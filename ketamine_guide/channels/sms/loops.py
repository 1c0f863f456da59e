"""Notices who answers our every text with the same one: an out-of-office notice, another automated guide. Pure."""

from __future__ import annotations

import re
from collections import OrderedDict

_MOST = 10_000
_SAME_IN_A_ROW = 3
_SECONDS = 600
# "1", "yes", "tell me more": people say these often.
_FEW_WORDS = 3


class Loops:
    """What each sender said last, as a hash, and how often in a row."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, tuple[int, int, float]] = OrderedDict()

    def looped(self, sender: str, body: str, now: float) -> bool:
        """Whether this is the third time in a row, or a later one, that somebody sends the same within ten minutes.

        Args:
            sender: who.
            body: the words; numbers in them may differ.
            now: seconds on any clock that never goes back.
        """
        words = re.sub(r"\d+", "0", body.casefold()).split()
        said = hash(" ".join(words))
        before, count, then = self._last.pop(sender, (0, 0, now))
        count = count + 1 if said == before and now - then < _SECONDS else 1
        self._last[sender] = (said, count, now)
        if len(self._last) > _MOST:
            self._last.popitem(last=False)
        return count >= _SAME_IN_A_ROW and len(words) > _FEW_WORDS
