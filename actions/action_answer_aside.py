"""`action_answer_aside`: the answer to what was asked in a message that was met with a check-in first."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from ketamine_guide.content.library import library
from ketamine_guide.dialogue.answer import answer_message

# As sure as FallbackClassifier wants the pipeline to be (config.yml).
_SURE = 0.3


class ActionAnswerAside(Action):  # type: ignore[misc]
    """Answers the question beside the check-in, if there was one; else says nothing more."""

    def name(self) -> str:
        """The name the rules know it by."""
        return "action_answer_aside"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answers the intent that the message would have had without the crisis screen, where that is a topic."""
        _, *ranking = tracker.latest_message.get("intent_ranking") or [None]
        if ranking and ranking[0]["name"] in library().topics and ranking[0]["confidence"] >= _SURE:
            dispatcher.utter_message(**answer_message(ranking[0]["name"]))
        return []
