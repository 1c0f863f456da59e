"""The end of a conversation, and the few rules that may apply, lead to the same rule as all of both."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from rasa.core.policies.policy import Policy
from rasa.core.policies.rule_policy import RULES as KEYS
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.generator import TrainingDataGenerator
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph

from ketamine_guide.rasa_changes import rules
from tests.rasa_changes.conftest import BEGINNING, RULES, conversations, plain_conversations, tracker_of, turn


@pytest.fixture(scope="session")
def policy(domain: Domain, tmp_path_factory: pytest.TempPathFactory) -> RulePolicy:
    steps = YAMLStoryReader(domain).read_from_string(RULES)
    trackers = TrainingDataGenerator(StoryGraph(steps), domain).generate()
    folder: Path = tmp_path_factory.mktemp("policy")
    storage, context = LocalModelStorage.create(folder), ExecutionContext(GraphSchema({}))
    config = {**RulePolicy.get_default_config(), "core_fallback_action_name": "action_answer"}
    made = RulePolicy.create(config, storage, Resource("policy"), context)
    made.train(trackers, domain)
    return made


def _both_ways(policy: RulePolicy, domain: Domain, events: list[Event]) -> None:
    tracker, lookup = tracker_of(events, domain), policy.lookup[KEYS]
    all_states = Policy._prediction_states(policy, tracker, domain)
    states = rules._prediction_states(policy, tracker, domain)
    assert states == all_states[-len(states) :]
    assert rules._get_possible_keys(policy, lookup, states) == rules._rasas_choice(policy, lookup, all_states)


@given(events=plain_conversations)
def test_in_plain_conversations(policy: RulePolicy, domain: Domain, events: list[Event]) -> None:
    # Before each action, as Rasa asks.
    for length in range(len(BEGINNING), len(events) + 1):
        _both_ways(policy, domain, events[:length])


@given(events=conversations)
def test_when_something_is_taken_back_or_a_form_is_open(
    policy: RulePolicy, domain: Domain, events: list[Event]
) -> None:
    _both_ways(policy, domain, events)


def test_a_long_conversation_is_cut_short(domain: Domain) -> None:
    many = [event for _ in range(100) for event in turn("ask_cost", "action_answer", slot=True)]
    ending = rules.ending(tracker_of([*BEGINNING, *many], domain), 4)
    assert ending is not None
    assert len(ending.events) < 20


def test_a_rule_is_found_at_the_end_of_a_long_conversation(policy: RulePolicy, domain: Domain) -> None:
    many = [event for _ in range(100) for event in turn("ask_cost", "action_answer", slot=True)]
    tracker = tracker_of([*BEGINNING, *many, *turn("ask_session_length", slot=None)[:-1]], domain)
    states = rules._prediction_states(policy, tracker, domain)
    keys = rules._get_possible_keys(policy, policy.lookup[KEYS], states)
    assert {policy.lookup[KEYS][key] for key in keys} == {"action_answer"}
