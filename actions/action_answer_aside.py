"""`action_answer_aside`: the answer to what was asked in a message that was met with a check-in first."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from ketamine_guide.content.library import library
from ketamine_guide.dialogue.answer import answer_message
from ketamine_guide.dialogue.asked import questions_of


class ActionAnswerAside(Action):  # type: ignore[misc]
    """Answers the question beside the check-in, if there was one; else says nothing more."""

    def name(self) -> str:
        """The name the rules know it by."""
        return "action_answer_aside"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answers the topics that the message asks about, whatever the crisis screen made of it."""
        if answered := [question for question in questions_of(tracker) if question.name in library().topics]:
            dispatcher.utter_message(**answer_message(answered))
        return []
