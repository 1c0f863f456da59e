"""`action_escalate_crisis`: the record of a crisis, after the person has been given the numbers."""

from __future__ import annotations

import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from ketamine_guide.store import escalations

logger = logging.getLogger(__name__)


class ActionEscalateCrisis(Action):  # type: ignore[misc]
    """Records the escalation. It says nothing: the reply was given before it ran."""

    def name(self) -> str:
        """The name the rules know it by."""
        return "action_escalate_crisis"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Writes the escalation; the log has its number and kind, never the words or the sender."""
        kind = next(tracker.get_latest_entity_values("crisis_kind"), "active")
        number = escalations.record(
            escalations.engine(),
            channel=tracker.get_latest_input_channel() or "unknown",
            sender=tracker.sender_id,
            kind=kind,
        )
        logger.warning("Escalation %d recorded: %s", number, kind)
        return []
