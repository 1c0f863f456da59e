"""An answer from the document, as `action_answer` and `action_answer_aside` say it."""

from __future__ import annotations

from typing import Any

from ketamine_guide.content.library import library
from ketamine_guide.dialogue.buttons import topic_buttons


def answer_message(name: str) -> dict[str, Any]:
    """What to give the dispatcher's `utter_message` to answer a topic, on whatever channel.

    The form of an answer, with its `Source:` line and the disclaimer, is the response `utter_answer` of `domain.yml`.
    """
    topic = library().topics[name]
    return {
        "response": "utter_answer_crisis_line" if topic.crisis_line else "utter_answer",
        "answer": topic.answer,
        "answer_sms": topic.answer_sms,
        "source": "; ".join(library().sections((name,))),
        "buttons": topic_buttons(topic.related),
    }
