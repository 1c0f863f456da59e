"""`action_escalate_crisis`: the record of a crisis, after the person has been given the numbers."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from ketamine_guide.settings import settings
from ketamine_guide.store import escalations, unrecorded
from ketamine_guide.store.database import migrated
from ketamine_guide.store.turn import Turn

logger = logging.getLogger(__name__)


class ActionEscalateCrisis(Action):  # type: ignore[misc]
    """Records the escalation, with its alerts. It says nothing: the reply was given before it ran."""

    def name(self) -> str:
        """The name the rules know it by."""
        return "action_escalate_crisis"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Writes the escalation; the log has its number and kind, never the words or the sender."""
        try:
            event = [event for event in tracker.events if event["event"] == "user"][-1]
            turn = Turn.from_event(tracker.sender_id, event["timestamp"], event)
        except (LookupError, TypeError, ValueError) as error:
            logger.error("Escalation not recorded yet: %s", type(error).__name__)
            return []
        try:
            # In a thread: a database that is slow to answer must not hold up other conversations.
            await asyncio.to_thread(_record, turn)
        except Exception as error:
            # Rasa is not told: the conversation goes on, and the alert worker records the turn as soon as it can.
            unrecorded.keep(turn)
            logger.error("Escalation not recorded yet: %s", type(error).__name__)
        return []


def _record(turn: Turn) -> None:
    number = escalations.record(migrated(settings().database_url), turn, settings())
    logger.warning("Escalation %d recorded: %s", number, turn.kind)
