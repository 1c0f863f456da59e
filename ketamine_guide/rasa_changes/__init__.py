"""What we change in Rasa's own behaviour, checked on Rasa 3.6.21; a test fails when that version changes.

A module for each part that is changed: `action_calls` (the request to the action server), `connections` (which stay
open), `trackers` (a conversation in memory), `rules` (which rule applies), `parsing` (messages read at once), `graph`
(from one component to the next), `model_loading` (the start), `conversation_store` (conversations on disk;
`endpoints.yml` names it), and `__main__` (the command line without what serving does not need). None changes what Rasa
decides, says or keeps. Each says why; docs/speed.md has the gains.
"""

from __future__ import annotations

CHECKED_ON = "3.6.21"
# Rasa waits five minutes for an action server that accepts a request and never answers, and its `rest` channel sends a
# turn's replies only when all of its actions are done: a person in a crisis would wait as long for words that are
# ready. Our actions take milliseconds; the slowest waits a second for a locked database.
ACTION_SECONDS = 1.25


def apply() -> None:
    """Makes the changes, in this process."""
    # Not above: `__main__` comes before everything of Rasa's.
    from ketamine_guide.rasa_changes import (  # noqa: PLC0415
        action_calls,
        connections,
        graph,
        model_loading,
        parsing,
        rules,
        trackers,
    )

    action_calls.apply(ACTION_SECONDS)
    connections.apply()
    trackers.apply()
    rules.apply()
    graph.apply()
    parsing.apply()
    model_loading.apply()
