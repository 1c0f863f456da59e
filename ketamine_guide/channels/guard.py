"""The crisis screen at the channels' door, for messages that Rasa does not get, or did not answer.

It has the rules of the screen without the classifier, so that it needs no model. In front of the limits it asks for the
full screen too.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage

from ketamine_guide.channels.incoming import YES, Message
from ketamine_guide.channels.rasa_turn import ready
from ketamine_guide.crisis.crisis_screen import SCREENED
from ketamine_guide.crisis.lexicon import LexiconError, read
from ketamine_guide.crisis.rules import Rules
from ketamine_guide.crisis.screen import CHECK_IN, CRISIS, NONE, Screen, Thresholds, Verdict
from ketamine_guide.settings import Settings
from ketamine_guide.store import escalations
from ketamine_guide.store.database import migrated
from ketamine_guide.store.turn import Turn

logger = logging.getLogger(__name__)

# The classifier is never asked, so that these decide nothing.
_THRESHOLDS = Thresholds(crisis=1.0, check_in=1.0, doubt=0.0)


class Guard:
    """The screen's rules.

    Args:
        folder: where the lexicons are. Without them the screen's plain list decides.
    """

    def __init__(self, folder: Path) -> None:
        self._screen = Screen(_rules(folder), None, _THRESHOLDS)

    def judge(self, message: Message) -> Verdict:
        """What the rules make of a message, in milliseconds."""
        if message.choice:
            return Verdict(CRISIS if message.choice == YES else NONE, "active", "en", None)
        return self._screen.judge(message.text, [])

    async def judge_in_full(self, message: Message, agent: Any) -> Verdict:
        """What the whole screen makes of a message by itself; the rules alone when it can't be asked.

        Args:
            message: what the patient sent.
            agent: Rasa's agent.
        """
        verdict = self.judge(message)
        if verdict.level != NONE or not ready(agent):
            return verdict
        try:
            parsed = await agent.processor.parse_message(UserMessage(message.said))
            return Verdict(**parsed[SCREENED])
        except Exception as error:
            logger.error("A message could not be read in full: %s", type(error).__name__)
            return verdict

    async def must_pass(self, message: Message, sender: str, agent: Any, *, in_full: bool) -> bool:
        """Whether a message has to be answered whatever is wrong with its length or its rate.

        Args:
            message: what the patient sent.
            sender: the conversation.
            agent: Rasa's agent.
            in_full: whether to ask the full screen too, and whether the plain question stands open.
        """
        if self.judge(message).level != NONE:
            return True
        try:
            return in_full and await _is_grave(message, sender, agent)
        except Exception as error:
            # No more than the rules can be asked now; the words stay out of the log.
            logger.error("A message beyond the limits could not be read in full: %s", type(error).__name__)
            return False


async def _is_grave(message: Message, sender: str, agent: Any) -> bool:
    tracker = await agent.tracker_store.retrieve(sender)
    if tracker and tracker.get_slot("check_in_open"):
        # It may be the answer to the plain question.
        return True
    parsed = await agent.processor.parse_message(UserMessage(message.said, sender_id=sender), tracker)
    return parsed["intent"]["name"] in {CRISIS, CHECK_IN}


def _rules(folder: Path) -> Rules | None:
    try:
        return Rules([read(path) for path in sorted(folder.glob("lexicon.*.yml"))])
    except (LexiconError, OSError) as error:
        logger.error("The lexicons of the crisis screen can't be read (%s); the plain list decides.", error)
        return None


def record(message: Message, verdict: Verdict, sender: str, channel: str, chosen: Settings) -> None:
    """Records a crisis that Rasa did not answer. If it does so later, that is the same turn, and recorded once.

    It never raises: the person has to be answered.
    """
    entities = [
        {"entity": "crisis_kind", "value": verdict.kind},
        {"entity": "crisis_language", "value": verdict.language},
    ]
    event = {
        "message_id": message.id,
        "input_channel": channel,
        "text": message.said,
        "parse_data": {"entities": entities},
    }
    try:
        turn = Turn.from_event(sender, time.time(), event)
        number = escalations.record(migrated(chosen.database_url), turn, chosen)
        logger.warning("Escalation %d recorded: %s", number, turn.kind)
    except Exception as error:
        logger.error("Escalation not recorded: %s", type(error).__name__)
