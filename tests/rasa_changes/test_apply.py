"""What we change in Rasa was checked on one version of it, and is in place where Rasa looks for it."""

from __future__ import annotations

import rasa
from rasa.core.actions import action
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from ketamine_guide import rasa_changes


def test_the_changes_were_checked_on_the_installed_rasa() -> None:
    assert rasa.__version__ == rasa_changes.CHECKED_ON


def test_the_changes_take_hold_and_may_be_made_twice() -> None:
    rasa_changes.apply()
    rasa_changes.apply()
    assert action.DEFAULT_REQUEST_TIMEOUT == rasa_changes.ACTION_SECONDS
    for changed in (
        Agent.load_model,
        ModelMetadata.from_dict,
        DaskGraphRunner.run,
        RemoteAction._validate_action_result,
        RemoteAction._action_call_format,
        RulePolicy._prediction_states,
        RulePolicy._get_possible_keys,
        DialogueStateTracker.copy,
        DialogueStateTracker.applied_events,
    ):
        assert changed.__module__.startswith(rasa_changes.__name__), changed
    assert Event.resolve_by_type("user") is Event.resolve_by_type("user")
    assert Event.resolve_by_type.cache_info().hits  # type: ignore[attr-defined]
