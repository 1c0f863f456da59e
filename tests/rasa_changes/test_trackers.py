"""A tracker is copied and looked through faster than Rasa does it, with the same outcome."""

from __future__ import annotations

from hypothesis import given
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet

from ketamine_guide.rasa_changes import trackers
from tests.rasa_changes.conftest import conversations, state_of, tracker_of, turn


@given(events=conversations)
def test_a_copy_is_in_the_state_that_rasas_copy_is_in(domain: Domain, events: list[Event]) -> None:
    tracker = tracker_of(events, domain)
    assert state_of(trackers._copy(tracker)) == state_of(tracker.travel_back_in_time(float("inf")))


def test_what_happens_to_a_copy_does_not_happen_to_the_tracker(domain: Domain) -> None:
    tracker = tracker_of(turn("ask_cost", "action_answer"), domain)
    before = state_of(tracker)
    copied = trackers._copy(tracker)
    copied.update_with_events([*turn("crisis", "utter_crisis"), SlotSet("open", True)], domain)
    assert state_of(tracker) == before
    assert copied.get_slot("open") is True


@given(events=conversations)
def test_the_same_events_count(domain: Domain, events: list[Event]) -> None:
    tracker = tracker_of(events, domain)
    assert trackers._applied_events(tracker) == trackers._rasas_applied_events(tracker)
