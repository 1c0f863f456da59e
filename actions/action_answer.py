"""`action_answer`: the answer to a question that the document answers."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from ketamine_guide.content.library import library
from ketamine_guide.dialogue.buttons import topic_buttons


class ActionAnswer(Action):  # type: ignore[misc]
    """Gives the answer, the section it rests on, the disclaimer, and what to ask next."""

    def name(self) -> str:
        """The name the rules know it by."""
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answers the topic of the latest message. The form of an answer is the response `utter_answer`."""
        topic = library().topics[tracker.latest_message["intent"]["name"]]
        dispatcher.utter_message(
            response="utter_answer_crisis_line" if topic.crisis_line else "utter_answer",
            answer=topic.answer,
            answer_sms=topic.answer_sms,
            source="; ".join(library().sections((topic.name,))),
            buttons=topic_buttons(topic.related),
        )
        return []
