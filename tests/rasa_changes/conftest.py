"""Conversations as Rasa notes them: the plain ones, and those in which something is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import strategies as st
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

INTENTS = ("ask_cost", "ask_session_length", "crisis", "hello")
DOMAIN = """
version: "3.1"
intents: [ask_cost, ask_session_length, crisis, hello]
entities: [crisis_kind]
slots:
  open: {type: bool, initial_value: false, mappings: [{type: custom}]}
  kind: {type: text, mappings: [{type: custom}]}
  note: {type: any, mappings: [{type: custom}]}
actions: [action_answer, action_escalate]
responses:
  utter_hello: [{text: Hello}]
  utter_crisis: [{text: Call}]
"""
RULES = """
version: "3.1"
rules:
- rule: cost
  steps: [{intent: ask_cost}, {action: action_answer}]
- rule: length, with the slot open
  condition: [{slot_was_set: [{open: true}]}]
  steps: [{intent: ask_session_length}, {action: action_answer}, {action: utter_hello}]
- rule: length
  condition: [{slot_was_set: [{open: false}]}]
  steps: [{intent: ask_session_length}, {action: action_answer}]
- rule: crisis
  steps: [{intent: crisis}, {action: utter_crisis}, {action: action_escalate}]
- rule: a hello at the beginning
  conversation_start: true
  steps: [{intent: hello}, {action: utter_hello}]
"""


def user(intent: str, text: str = "words") -> UserUttered:
    data = {"intent": {"name": intent, "confidence": 1.0}, "entities": [], "text": text, "message_id": None}
    return UserUttered(text, data["intent"], [], data, input_channel="rest")  # type: ignore[arg-type]


def turn(intent: str, *actions: str, slot: bool | None = None) -> list[Event]:
    """A turn, from the message to listening again."""
    said: list[Event] = [user(intent)]
    if slot is not None:
        said.append(SlotSet("open", slot))
    said.append(DefinePrevUserUtteredFeaturization(False))
    for action in actions:
        said += [ActionExecuted(action), BotUttered("words")]
    return [*said, ActionExecuted("action_listen")]


BEGINNING: list[Event] = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]

turns = st.builds(
    turn,
    st.sampled_from(INTENTS),
    st.sampled_from(["action_answer", "utter_hello", "utter_crisis"]),
    slot=st.sampled_from([None, True, False]),
)
_upsets = st.sampled_from(
    [
        [Restarted(), ActionExecuted("action_listen")],
        [UserUtteranceReverted()],
        [ActionReverted()],
        [AllSlotsReset()],
        [ConversationPaused()],
        [FollowupAction("action_answer")],
        [ActiveLoop("a_form"), ActionExecuted("a_form")],
        [ActiveLoop(None)],
        [ActionExecutionRejected("a_form")],
        [SlotSet("kind", "active"), SlotSet("note", {"any": "thing"})],
        [user("hello")],
        BEGINNING,
    ]
)


def _joined(parts: list[list[Event]]) -> list[Event]:
    return [*BEGINNING, *(event for part in parts for event in part)]


plain_conversations = st.lists(turns, max_size=12).map(_joined)
conversations = st.lists(st.one_of(turns, turns, _upsets), max_size=14).map(_joined)


@pytest.fixture(scope="session")
def domain() -> Domain:
    return Domain.from_yaml(DOMAIN)


def tracker_of(events: Sequence[Event], domain: Domain) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("someone", list(events), domain.slots)


def state_of(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Everything in a tracker that the next turn could see."""
    return {
        **tracker.current_state(EventVerbosity.ALL),
        "said": tracker.latest_bot_utterance,
        "slots": {name: (slot.value, slot.has_been_set) for name, slot in tracker.slots.items()},
        "model": (tracker.model_id, tracker.assistant_id, tracker.is_rule_tracker),
    }
