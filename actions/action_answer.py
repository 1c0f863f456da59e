"""`action_answer`: the answer to a question that the document answers."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from ketamine_guide.dialogue.answer import answer_message


class ActionAnswer(Action):  # type: ignore[misc]
    """Gives the answer, the section it rests on, the disclaimer, and what to ask next."""

    def name(self) -> str:
        """The name the rules know it by."""
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answers the topic of the latest message."""
        dispatcher.utter_message(**answer_message(tracker.latest_message["intent"]["name"]))
        return []
