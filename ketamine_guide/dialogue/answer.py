"""An answer from the document, as `action_answer` and `action_answer_aside` say it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ketamine_guide.content.library import library
from ketamine_guide.dialogue.buttons import topic_buttons
from ketamine_guide.nlu.questions import Question

_BUTTONS = 3


def answer_message(asked: Sequence[Question]) -> dict[str, Any]:
    """What to give the dispatcher's `utter_message` to answer topics, one after the other, on whatever channel.

    The form of an answer, with its `Source:` line and the disclaimer, is the response `utter_answer` of `domain.yml`.

    Args:
        asked: topics, at least one.
    """
    topics = library().topics
    names = tuple(question.name for question in asked)
    related = [name for topic in names for name in topics[topic].related if name not in names]
    with_line = any(topics[name].crisis_line for name in names)
    return {
        "response": "utter_answer_crisis_line" if with_line else "utter_answer",
        "answer": "\n".join(topics[q.name].answer_sms if q.brief else topics[q.name].answer for q in asked),
        "answer_sms": "\n".join(topics[name].answer_sms for name in names),
        "source": "; ".join(library().sections(names)),
        "topic": names[0],  # for the channel: no word of the reply
        "buttons": topic_buttons(list(dict.fromkeys(related))[:_BUTTONS]),
    }
