"""`action_answer_aside`: the answer to what was asked in a message that was met with a check-in first."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from ketamine_guide.content.library import library
from ketamine_guide.dialogue.answer import answer_message
from ketamine_guide.dialogue.asked import questions_of

# To somebody who may be in danger a guess at a question reads as if nobody had listened.
_SURE = 0.4


class ActionAnswerAside(Action):  # type: ignore[misc]
    """Answers the question beside the check-in, if there was one; else says nothing more."""

    def name(self) -> str:
        """The name the rules know it by."""
        return "action_answer_aside"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answers the topics that the message surely asks about, whatever the crisis screen made of it."""
        ranking = tracker.latest_message.get("intent_ranking") or []
        # The screen's own verdict stands first in it, with 1.
        likely = max((guess["confidence"] for guess in ranking if guess["name"] in library().topics), default=0.0)
        answered = [question for question in questions_of(tracker) if question.name in library().topics]
        if answered and likely >= _SURE:
            dispatcher.utter_message(**answer_message(answered))
        return []
