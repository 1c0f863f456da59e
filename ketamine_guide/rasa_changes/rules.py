"""Which rule applies: Rasa works out the states of the whole conversation and holds each against every rule.

A rule looks back a few states, so those at the end decide; and nearly all rules fall away by the last state's action
and intent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from rasa.core.policies.policy import Policy
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

from ketamine_guide.rasa_changes.trackers import PLAIN

_ANY = (None, SHOULD_NOT_BE_SET)

_Name = tuple[str | None, str | None]


class _Look(NamedTuple):
    """A policy's rules: themselves, how many states the longest has, and which name what in their last state."""

    rules: dict[str, str]
    longest: int
    by_name: dict[_Name, list[str]]


def apply() -> None:
    """Makes the rule policy look at the end of a conversation, and at the rules that may apply there."""
    RulePolicy._prediction_states = _prediction_states
    RulePolicy._get_possible_keys = _get_possible_keys


def _prediction_states(
    self: RulePolicy,
    tracker: DialogueStateTracker,
    domain: Domain,
    use_text_for_last_user_input: bool = False,
    rule_only_data: dict[str, Any] | None = None,
) -> list[State]:
    """Rasa's states, of which the last as many as the longest rule has."""
    longest = _look(self).longest
    shortened = ending(tracker, longest)
    states: list[State] = Policy._prediction_states(
        self, shortened or tracker, domain, use_text_for_last_user_input, rule_only_data
    )
    return states[-longest:] if shortened else states


def ending(tracker: DialogueStateTracker, states: int) -> DialogueStateTracker | None:
    """A tracker with the end of the conversation, whose last `states` states are the conversation's own.

    None where the end can't tell: the conversation is as short, something in it was taken back, or a form is open.
    """
    if tracker.active_loop:
        return None
    latest: list[Event] = []
    actions = 0
    past = reversed(tracker.events)
    for event in past:
        if not isinstance(event, PLAIN):
            return None
        latest.append(event)
        actions += isinstance(event, ActionExecuted)
        if actions >= states and isinstance(event, UserUttered):
            break
    slots = _slots_at_the_end(past, [slot.name for slot in tracker.slots.values() if slot.has_features()])
    if slots is None:
        return None
    events = [*slots, *reversed(latest)]
    return DialogueStateTracker.from_events(tracker.sender_id, events, list(tracker.slots.values()))


def _slots_at_the_end(past: Iterable[Event], names: list[str]) -> list[SlotSet] | None:
    """The last setting of each of these slots in a session.

    Args:
        past: events, the newest first.
        names: the slots.
    """
    found: dict[str, SlotSet] = {}
    for event in past:
        if isinstance(event, SlotSet) and event.key in names:
            found.setdefault(event.key, event)
        if len(found) == len(names) or isinstance(event, SessionStarted):
            return list(found.values())
        if not isinstance(event, PLAIN):
            return None
    return None


def _get_possible_keys(self: RulePolicy, lookup: dict[str, str], states: list[State]) -> set[str]:
    """Rasa's choice, among those rules whose last state names the conversation's last action and intent."""
    keys: set[str]
    if not states or lookup is not self.lookup[RULES]:
        keys = _rasas_choice(self, lookup, states)
        return keys
    action, intent = _named(states[-1])
    by_name = _look(self).by_name
    likely = [rule for name in {(action, intent), (action, None), (None, None)} for rule in by_name.get(name, ())]
    keys = _rasas_choice(self, {rule: lookup[rule] for rule in likely}, states)
    return keys


_rasas_choice = RulePolicy._get_possible_keys


def _look(policy: RulePolicy) -> _Look:
    """What is to be known of a policy's rules, worked out once."""
    rules = policy.lookup[RULES]
    look: _Look | None = getattr(policy, "_look", None)
    if look is None or look.rules is not rules:
        states = {rule: policy._rule_key_to_state(rule) for rule in rules}
        by_name: dict[_Name, list[str]] = defaultdict(list)
        for rule, its in states.items():
            by_name[_named(its[-1])].append(rule)
        look = policy._look = _Look(rules, max(map(len, states.values()), default=0), by_name)
    return look


def _named(state: State) -> _Name:
    """The action and the intent that a state names. Without an action a rule is held against every state."""
    action, intent = state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME), state.get(USER, {}).get(INTENT)
    if action in _ANY:
        return None, None
    return action, None if intent in _ANY else intent
