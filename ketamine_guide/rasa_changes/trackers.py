"""The conversation in memory: Rasa goes through all of its events many times a message."""

from __future__ import annotations

import copy
from functools import lru_cache

from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

# These add to the state and take nothing back. Where there are others, Rasa's own way is taken.
PLAIN = (ActionExecuted, BotUttered, DefinePrevUserUtteredFeaturization, EntitiesAdded, SlotSet, UserUttered)
_PLAIN_OR_FIRST = frozenset({*PLAIN, SessionStarted})
# What the events of a tracker add up to.
_STATE = ("_paused", "followup_action", "latest_action", "latest_message", "latest_bot_utterance")


def apply() -> None:
    """Makes trackers quick to copy, to look through and to read back, in this process."""
    DialogueStateTracker.copy = _copy
    DialogueStateTracker.applied_events = _applied_events
    # Rasa looks through all classes of events for each event that it reads.
    if not hasattr(Event.resolve_by_type, "cache_info"):
        Event.resolve_by_type = staticmethod(lru_cache(Event.resolve_by_type))


def _copy(self: DialogueStateTracker) -> DialogueStateTracker:
    """A tracker in the same state. Rasa gets there by applying all events once more, before every action."""
    twin = self.init_copy()
    twin.events = self.events.copy()
    twin.slots = {name: copy.copy(slot) for name, slot in self.slots.items()}
    for name in _STATE:
        setattr(twin, name, getattr(self, name))
    twin.active_loop = copy.copy(self.active_loop)
    return twin


_rasas_applied_events = DialogueStateTracker.applied_events


def _applied_events(self: DialogueStateTracker) -> list[Event]:
    """The events that count: those since the session began, when nothing was taken back. Else Rasa works it out."""
    kinds = [*map(type, self.events)]
    if not _PLAIN_OR_FIRST.issuperset(kinds):
        found: list[Event] = _rasas_applied_events(self)
        return found
    kinds.reverse()
    since = kinds.index(SessionStarted) if SessionStarted in kinds else len(kinds)
    return list(self.events)[len(kinds) - since :]
