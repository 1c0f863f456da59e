"""Which question of a conversation is kept for those who write the answers, and keeping it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from rasa_sdk import Tracker

from ketamine_guide.content.library import library
from ketamine_guide.settings import settings
from ketamine_guide.store import unanswered
from ketamine_guide.store.database import migrated
from ketamine_guide.store.turn import channel_name
from ketamine_guide.store.unanswered import Unanswered

logger = logging.getLogger(__name__)

_GUESSES = 3
# Rasa waits 1.5 seconds for an action (`rasa_changes`), and its reply comes back when it ends.
_SECONDS = 0.5
_AT_RISK = frozenset({"crisis", "check_in", "check_in_yes"})


def to_keep(tracker: Tracker, reasons: Iterable[str]) -> list[Unanswered]:
    """The latest message as an unanswered question, once for each reason.

    None is kept of a conversation in which the crisis screen found something: what is said around a crisis is not ours
    to read.
    """
    said = [event for event in tracker.events if event.get("event") == "user"]
    text = str(tracker.latest_message.get("text") or "").strip()
    if not text or any(event["parse_data"]["intent"]["name"] in _AT_RISK for event in said):
        return []
    ranking = tracker.latest_message.get("intent_ranking") or []
    topics = [guess["name"] for guess in ranking if guess["name"] in library().topics][:_GUESSES]
    channel = channel_name(tracker.get_latest_input_channel())
    return [Unanswered(text, reason, tuple(topics), channel) for reason in dict.fromkeys(reasons)]


async def keep(tracker: Tracker, reasons: Iterable[str]) -> None:
    """Keeps the latest message, if it may be. Whatever goes wrong, the conversation goes on; the log has its class.

    It waits half a second at most; a slower database may still take the question afterwards.
    """
    try:
        if settings().keep_questions_days and (questions := to_keep(tracker, reasons)):
            # In a thread: a database that is slow to answer must not hold up other conversations.
            await asyncio.wait_for(asyncio.to_thread(_write, questions), _SECONDS)
    except Exception as error:
        logger.error("An unanswered question was not kept in time: %s", type(error).__name__)


def _write(questions: list[Unanswered]) -> None:
    unanswered.keep(migrated(settings().database_url), questions, datetime.now(UTC))
