"""What the latest message asks, as the pipeline found it, for the actions."""

from __future__ import annotations

from rasa_sdk import Tracker

from ketamine_guide.nlu.questions import Question


def questions_of(tracker: Tracker) -> list[Question]:
    """The questions of the latest message, in order; none when it was not understood or was a button."""
    found = tracker.latest_message.get("questions") or []
    return [Question(str(question["name"]), bool(question["brief"])) for question in found]
