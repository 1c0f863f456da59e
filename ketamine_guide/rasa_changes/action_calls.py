"""The request to the action server: how long it may take, what it carries, and how its answer is checked."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import rasa
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]
from jsonschema.validators import validator_for  # type: ignore[import-untyped]
from rasa.core.actions import action
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

# So many of the latest messages are sent whole, with all that happened after them: what is not understood twice in a
# row is answered otherwise the second time.
_WHOLE_TURNS = 2


def apply(seconds: float) -> None:
    """Sets how Rasa calls actions, in this process: for how long it waits, and what is sent and checked."""
    action.DEFAULT_REQUEST_TIMEOUT = seconds
    RemoteAction._validate_action_result = _validate_action_result
    RemoteAction._action_call_format = _action_call_format


@lru_cache
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    return validator_for(schema)(schema)


def _validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Rasa's check of the answer; Rasa also checks its own schema each time, which is nearly all of the work."""
    if error := best_match(_validator().iter_errors(result)):
        raise error
    return True


def _action_call_format(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """Rasa's request, but for the events: all of them would make each call slower than the one before it."""
    request = {
        "next_action": self.name(),
        "sender_id": tracker.sender_id,
        "tracker": tracker.current_state(EventVerbosity.NONE) | {"events": events_to_send(list(tracker.events))},
        "version": rasa.__version__,
    }
    if not self._is_selective_domain_enabled() or domain.does_custom_action_explicitly_need_domain(self.name()):
        request["domain"] = domain.as_dict()
    return request


def events_to_send(events: list[Event]) -> list[dict[str, Any]]:
    """The events of a conversation that an action gets to see.

    The latest two messages come whole, with all that followed them; of those before, each intent once. Actions of ours
    look at the latest messages, and whether there was a crisis in any: nothing is kept of a conversation that had one.
    """
    asked = [place for place, event in enumerate(events) if isinstance(event, UserUttered)]
    first = asked[-_WHOLE_TURNS] if len(asked) > _WHOLE_TURNS else 0
    intents = {events[place].intent_name: place for place in asked[:-_WHOLE_TURNS]}
    earlier = [
        {
            "event": UserUttered.type_name,
            "timestamp": events[place].timestamp,
            "parse_data": {"intent": events[place].parse_data["intent"]},
        }
        for place in intents.values()
    ]
    return earlier + [event.as_dict() for event in events[first:]]
