"""`action_keep_question`: keeps a question that was turned down, for those who write the answers."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from ketamine_guide.dialogue.unanswered import keep


class ActionKeepQuestion(Action):  # type: ignore[misc]
    """Says nothing: the reply was given before it ran."""

    def name(self) -> str:
        """The name the rules know it by."""
        return "action_keep_question"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Keeps the latest message, its intent as the reason."""
        await keep(tracker, [tracker.latest_message["intent"]["name"]])
        return []
