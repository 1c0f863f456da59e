"""`action_offer_topics`: the reply to what was not understood."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from ketamine_guide.dialogue.buttons import likely_topics, topic_buttons
from ketamine_guide.dialogue.unanswered import keep
from ketamine_guide.store.unanswered import NOT_UNDERSTOOD

_OFFERED = 3
# Where no topic is likely, a good place to begin serves better.
_PLACES_TO_BEGIN = ("ask_what_it_is_for", "ask_course_overview", "ask_side_effects")
_FALLBACK = "nlu_fallback"


class ActionOfferTopics(Action):  # type: ignore[misc]
    """Offers the nearest topics; the second time in a row it points to a person first."""

    def name(self) -> str:
        """The name the rules know it by."""
        return "action_offer_topics"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Offers three topics, likeliest first, as the classifier ranked them, and keeps the question."""
        ranking = tracker.latest_message.get("intent_ranking") or []
        topics = dict.fromkeys((*likely_topics(ranking), *_PLACES_TO_BEGIN))
        again = _not_understood_in_a_row(tracker.events) > 1
        dispatcher.utter_message(
            response="utter_not_understood_again" if again else "utter_not_understood",
            buttons=topic_buttons(list(topics)[:_OFFERED]),
        )
        await keep(tracker, [NOT_UNDERSTOOD])
        return []


def _not_understood_in_a_row(events: list[dict[str, Any]]) -> int:
    """How many of the latest messages, counted back from the newest, were not understood."""
    count = 0
    for event in reversed(events):
        if event.get("event") == "user":
            if event["parse_data"]["intent"]["name"] != _FALLBACK:
                break
            count += 1
    return count
