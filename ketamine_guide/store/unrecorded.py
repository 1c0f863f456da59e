"""The turns whose escalation could not be written, kept in memory until it can.

Recovery finds a missed turn among Rasa's events; but with a full disk Rasa could not keep those either.
"""

from __future__ import annotations

from collections import deque

from sqlalchemy.engine import Engine

from ketamine_guide.settings import Settings
from ketamine_guide.store import escalations
from ketamine_guide.store.turn import Turn

# A disk that stays full must not fill the memory too: then the oldest are let go.
_turns: deque[Turn] = deque(maxlen=10_000)


def keep(turn: Turn) -> None:
    """Keeps a turn for `record_all`."""
    _turns.append(turn)


def record_all(database: Engine, chosen: Settings) -> list[int]:
    """Records the turns that were kept, oldest first, and returns the numbers of their escalations.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database still refuses it. What is not recorded stays kept.
    """
    numbers = []
    while _turns:
        turn = _turns[0]
        numbers.append(escalations.record(database, turn, chosen))
        _turns.remove(turn)
    return numbers
