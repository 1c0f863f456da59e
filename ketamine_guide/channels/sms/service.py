"""What the SMS channel does with a text, whichever gateway it came through: a list of texts to send, maybe none.

No HTTP here. `agent` is Rasa's agent, None while there is none.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from ketamine_guide.channels.guard import Guard, record
from ketamine_guide.channels.incoming import Message, RefusalError
from ketamine_guide.channels.quick_database import QuickDatabase
from ketamine_guide.channels.rasa_turn import intent_of, ready, take
from ketamine_guide.channels.rate_limit import Buckets
from ketamine_guide.channels.sms import bodies, opt_out, words
from ketamine_guide.channels.sms.bodies import Reply, reply
from ketamine_guide.channels.sms.loops import Loops
from ketamine_guide.channels.sms.message import MOST_CHARACTERS, Text, later_id
from ketamine_guide.channels.sms.opt_out import STOP_TEXTS, Word
from ketamine_guide.channels.turns import Turns
from ketamine_guide.crisis import replies, resources
from ketamine_guide.crisis.screen import CRISIS, NONE, Verdict
from ketamine_guide.settings import Settings
from ketamine_guide.store import opt_outs

logger = logging.getLogger(__name__)

NAME = "sms"
# Twilio gives up after 15 seconds, and a database that hangs may cost two more after this.
SECONDS = 7.0
# A late reply is sent within this, and else not at all.
_LATE_SECONDS = 60.0
_REMEMBERED = 10_000
# Beyond its limit by this much, what a phone sends is looked at by the screen's rules alone.
_READ_BEYOND = 3
# Longer texts are no answers to the plain question.
_LONGEST_ANSWER = 20

# Sends texts later, if the gateway can.
SendLater = Callable[[list[Reply]], Awaitable[None]]


class BlockedError(Exception):
    """The gateway may not send to this phone: its owner has opted out there."""


class SmsService:
    """The SMS channel's conversations.

    Args:
        chosen: the settings.

    Raises:
        ResourcesError, WordsError: the data is not whole.
    """

    def __init__(self, chosen: Settings) -> None:
        self._chosen = chosen
        lines = partial(resources.read(replies.FOLDER / "resources.yml").wording, chosen.country)
        clinic = {"clinic": chosen.clinic_name, "clinic_contact": chosen.clinic_contact}
        self._words = words.read(words.PATH, lambda lang: clinic | lines(lang))
        self._opt_out = opt_out.read(opt_out.PATH)
        self._guard = Guard(replies.FOLDER)
        self.turns = Turns(chosen)
        self._database = QuickDatabase(chosen.database_url, "opt-outs of the SMS channel")
        per_minute = chosen.sms_messages_per_minute
        self._limits, self._read, self._notices = Buckets(per_minute), Buckets(per_minute * _READ_BEYOND), Buckets(1)
        self._loops = Loops()
        # What a MORE brings: deliveries by conversation. Without them the guide understands the word by itself.
        self._rest: OrderedDict[str, list[list[Reply]]] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._late: set[asyncio.Task[None]] = set()

    async def replies(self, agent: Any, text: Text, send_later: SendLater | None = None) -> list[Reply]:
        """The texts to send now. Sent again, a text has the same ones, and the conversation one turn.

        It never raises, and takes no longer than 8 seconds.

        Args:
            agent: Rasa's agent.
            text: the text.
            send_later: sends what comes too late, if the gateway can.
        """
        if not text.from_person:
            return []
        try:
            return await asyncio.wait_for(self._turn(agent, text), SECONDS)
        except TimeoutError:
            code = "too_slow"
        except Exception as error:
            code = "failed"
            logger.error("A turn failed: %s", error if isinstance(error, RefusalError) else type(error).__name__)
        if text.done or await self._is_out(text):
            return []
        verdict = self._guard.judge(_message(text))
        if verdict.level == CRISIS:
            self._record(text, verdict)
            return [self._crisis(verdict)]
        if code == "too_slow" and send_later:
            task = asyncio.create_task(self._follow_up(agent, text, send_later))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            return [reply(self._words.say("later", verdict.language))]
        return [reply(self._words.say("failed", verdict.language))]

    async def opt_out(self, opt_out_hash: str) -> None:
        """Notes that somebody wants no more texts.

        Raises:
            RefusalError: it could not be noted.
        """
        if await self._database.ask(opt_outs.add, opt_out_hash, datetime.now(UTC)) is None:
            raise RefusalError("failed")

    async def _turn(self, agent: Any, text: Text) -> list[Reply]:
        # Locks are handed on in the order in which they were asked for: texts are answered in the order they came.
        lock = self._locks.setdefault(text.sender, asyncio.Lock())
        async with lock:
            return await self.turns.replies(text.sender, text.id, partial(self._take, agent, text))

    async def _take(self, agent: Any, text: Text, maybe_again: bool) -> list[Reply]:
        is_out = await self._is_out(text)
        word = text.done or self._opt_out.word(text.body, opted_out=is_out)
        if is_out and word is not Word.START:
            await self._alert_instead(agent, text)
            return []
        if word is Word.STOP:
            return await self._stop(agent, text, maybe_again)
        if word in {Word.START, Word.HELP}:
            if is_out and await self._database.ask(opt_outs.remove, text.opt_out_hashes) is None:
                raise RefusalError("failed")
            silent = text.done or self._limits.take(text.sender, time.monotonic())
            return [] if silent else [reply(self._words.say(word.lower()))]
        if word is Word.MORE and (rest := self._rest.pop(text.sender, None)):
            return self._first(text, rest)
        refused = await self._refused(agent, text)
        return await self._ask(agent, text, maybe_again) if refused is None else refused

    async def _stop(self, agent: Any, text: Text, maybe_again: bool) -> list[Reply]:
        """Notes the opt-out and confirms it, once. A crisis that is told with it is answered first."""
        await self.opt_out(text.opt_out_hashes[0])
        if text.done:
            return []
        verdict = self._guard.judge(_message(text))
        last = await self._ask(agent, text, maybe_again) if verdict.level == CRISIS else []
        return [*last, reply(self._words.say("stop", verdict.language))]

    async def _refused(self, agent: Any, text: Text) -> list[Reply] | None:
        """What is sent instead of an answer, maybe nothing; None for a text that is to be answered."""
        now = time.monotonic()
        looped, wait = self._loops.looped(text.sender, text.body, now), self._limits.take(text.sender, now)
        too_long = len(text.body) > MOST_CHARACTERS
        if not (looped or wait or too_long) and text.has_words:
            return None
        in_full = ready(agent) and not self._read.take(text.sender, now)
        if text.has_words and await self._guard.must_pass(_message(text), text.sender, agent, in_full=in_full):
            return None
        if looped or (wait and self._notices.take(text.sender, now)):
            return []
        code = "slow_down" if wait else "too_long" if too_long else "media" if text.media else "empty"
        return [reply(self._words.say(code, self._guard.judge(_message(text)).language))]

    async def _ask(self, agent: Any, text: Text, maybe_again: bool) -> list[Reply]:
        if not ready(agent):
            raise RefusalError("not_ready")
        message = _message(text)
        if len(text.body) <= _LONGEST_ANSWER and (tracker := await agent.tracker_store.retrieve(text.sender)):
            chosen = bodies.answer_to_check_in(tracker.events, text.body)
            message = Message(text.id, choice=chosen) if chosen else message
        said = await take(agent, NAME, text.sender, message, maybe_again=maybe_again)
        if await self._hears_stop(agent, text, said):
            return await self._stop(agent, text, maybe_again)
        first = self._first(text, bodies.render(said, self._words))
        if not first:
            # An action failed, and Rasa has no word for that.
            raise RefusalError("failed")
        seen = [] if not text.media or first[0]["crisis"] else [reply(self._words.say("media"))]
        return [*seen, *first]

    async def _hears_stop(self, agent: Any, text: Text, said: list[dict[str, Any]]) -> bool:
        """Whether Rasa heard a wish for no more texts. Where the crisis screen found anything, it is never taken so."""
        if all(message.get("utter_action") != f"utter_{STOP_TEXTS}" for message in said):
            return False
        if self._guard.judge(_message(text)).level != NONE:
            return False
        return self._opt_out.hears_stop(*await intent_of(agent, text.sender, text.id))

    def _first(self, text: Text, deliveries: list[list[Reply]]) -> list[Reply]:
        """The first delivery; the others are kept for a MORE, and what was kept before is not."""
        self._rest.pop(text.sender, None)
        if len(deliveries) > 1:
            self._rest[text.sender] = deliveries[1:]
            if len(self._rest) > _REMEMBERED:
                self._rest.popitem(last=False)
        return deliveries[0] if deliveries else []

    def _crisis(self, verdict: Verdict) -> Reply:
        lang, country = verdict.language, self._chosen.country
        return reply(replies.reply(verdict.kind, language=lang, channel=NAME, country=country), crisis=True)

    async def _is_out(self, text: Text) -> bool:
        """Whether the sender wants no texts. When that can't be read, it is answered: it may be somebody in danger."""
        return bool(await self._database.ask(opt_outs.has, text.opt_out_hashes))

    async def _alert_instead(self, agent: Any, text: Text) -> None:
        """Staff is told of a crisis, or what may be one, of somebody whom we may not text."""
        verdict = await self._guard.judge_in_full(_message(text), agent)
        if verdict.level != NONE:
            logger.error("A crisis can't be answered: its sender has opted out of texts. Staff is alerted instead.")
            self._record(text, verdict)

    def _record(self, text: Text, verdict: Verdict) -> None:
        # Not waited for: the words are ready.
        call = partial(record, _message(text), verdict, text.sender, NAME, self._chosen)
        asyncio.get_running_loop().run_in_executor(None, call)

    async def _follow_up(self, agent: Any, text: Text, send_later: SendLater) -> None:
        """Waits for a turn that takes long, and sends its replies once, however often the text came."""
        try:
            async with asyncio.timeout(_LATE_SECONDS):
                while (found := await self._soon(agent, text)) is None:
                    pass
            await self.turns.replies(
                text.sender, later_id(text.id), partial(self._send, agent, text, send_later, found)
            )
        except Exception as error:
            logger.error("A late reply was not sent: %s", type(error).__name__)

    async def _soon(self, agent: Any, text: Text) -> list[Reply] | None:
        try:
            return await self._turn(agent, text)
        except TimeoutError:
            return None

    async def _send(
        self, agent: Any, text: Text, send_later: SendLater, found: list[Reply], maybe_again: bool
    ) -> list[Reply]:
        """Sends late replies, unless a process that died may have done so."""
        if maybe_again or not found:
            return []
        try:
            await send_later(found)
        except BlockedError:
            await self.opt_out(text.opt_out_hashes[0])
            await self._alert_instead(agent, text)
        return []


def _message(text: Text) -> Message:
    return Message(text.id, text=text.body)
