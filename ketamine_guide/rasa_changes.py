"""The one change to Rasa's own behaviour, checked on Rasa 3.6.21; a test fails when that version changes.

Rasa waits five minutes for an action server that accepts a request and never answers, and its `rest` channel sends a
turn's replies only when all of its actions are done. A person in a crisis would wait as long for words that are ready.
"""

from __future__ import annotations

from rasa.core.actions import action

CHECKED_ON = "3.6.21"
# Our actions take milliseconds; the slowest waits a second for a locked database.
ACTION_SECONDS = 1.5


def apply() -> None:
    """Sets how long Rasa waits for an action, in this process."""
    action.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS
