"""`action_answer`: the answer to what the document answers, and to several questions at once."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from ketamine_guide.content.library import library
from ketamine_guide.dialogue.about import GOES_ON
from ketamine_guide.dialogue.answer import answer_message
from ketamine_guide.dialogue.asked import questions_of
from ketamine_guide.dialogue.unanswered import keep
from ketamine_guide.nlu.questions import Question


class ActionAnswer(Action):  # type: ignore[misc]
    """Turns down what must be, then gives the answers, the sections they rest on, one disclaimer, what to ask next."""

    def name(self) -> str:
        """The name the rules know it by."""
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answers the topic of the latest message, or each question in it."""
        intent = tracker.latest_message["intent"]["name"]
        topics = library().topics
        # A button's payload names its topic and was never read for questions.
        asked = [Question(intent)] if intent in topics else questions_of(tracker)
        refused = [question.name for question in asked if question.name not in topics]
        replies = [{"response": f"utter_{name}"} for name in refused]
        if answered := [question for question in asked if question.name in topics]:
            replies.append(answer_message(answered))
        for number, reply in enumerate(replies):
            # Rasa notes none of them before all are said, and each would introduce the guide.
            dispatcher.utter_message(**reply, **({GOES_ON: True} if number else {}))
        if refused:
            await keep(tracker, refused)
        return []
