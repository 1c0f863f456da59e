"""What the web channel does with what has passed its door: take the turn, or say honestly that it failed.

No HTTP here. `agent` is Rasa's agent, None while there is none.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ketamine_guide.channels import rendering, words
from ketamine_guide.channels.guard import Guard, record
from ketamine_guide.channels.incoming import MOST_CHARACTERS, MOST_CHARACTERS_OF_REPORT, Message, RefusalError
from ketamine_guide.channels.rasa_turn import ready, take
from ketamine_guide.channels.rate_limit import Limits
from ketamine_guide.channels.rendering import Reply
from ketamine_guide.channels.turns import Turns
from ketamine_guide.content.library import library
from ketamine_guide.crisis import replies, resources
from ketamine_guide.crisis.resources import Link
from ketamine_guide.crisis.screen import CRISIS
from ketamine_guide.settings import Settings
from ketamine_guide.store import feedback
from ketamine_guide.store.database import migrated

logger = logging.getLogger(__name__)

NAME = "web"


class WebService:
    """The web channel's conversations.

    Args:
        chosen: the settings.

    Raises:
        ResourcesError, WordsError: the data is not whole. Better no start than a page without the crisis lines.
    """

    def __init__(self, chosen: Settings) -> None:
        self._chosen = chosen
        self._words = words.read(words.PATH, library())
        self._resources = resources.read(replies.FOLDER / "resources.yml")
        self._guard = Guard(replies.FOLDER)
        self.turns = Turns(chosen)
        self.limits = Limits(chosen.web_messages_per_minute, chosen.web_address_messages_per_minute)

    async def message(self, agent: Any, session: str, address: str, message: Message) -> list[Reply]:
        """The replies to a message.

        Raises:
            RefusalError: it is too long, there were too many, or it could not be answered, and it is no crisis.
        """
        await self._admit(agent, session, address, message, MOST_CHARACTERS)
        return await self._answer(agent, session, message)

    async def report(self, agent: Any, session: str, address: str, text: str) -> list[Reply]:
        """Keeps a reported problem. Nothing is said to it, unless it may tell of a crisis: then it is a message.

        Raises:
            RefusalError: as for a message.
        """
        message = Message(str(uuid.uuid4()), text=text)
        await self._admit(agent, session, address, message, MOST_CHARACTERS_OF_REPORT)
        in_full = ready(agent) and self.limits.may_be_read(address, time.monotonic())
        if await self._guard.must_pass(message, sender(session), agent, in_full=in_full):
            return await self._answer(agent, session, message)
        await asyncio.to_thread(self._with_database, feedback.report, text)
        return []

    async def feedback(self, session: str, address: str, topic: str, helpful: bool) -> None:
        """Keeps whether an answer helped.

        Raises:
            RefusalError: there were too many.
        """
        if wait := self.limits.wait(session, address, time.monotonic()):
            raise RefusalError("slow_down", wait)
        await asyncio.to_thread(self._with_database, feedback.rate, topic, helpful)

    def failure(self, code: str, lang: str) -> Reply:
        """The reply that says that something failed, and where help is."""
        lang = self._words.language(lang)
        text = self._words.failure(code, lang, self._chosen.clinic_contact)
        return rendering.failure(str(uuid.uuid4()), text, self._line(lang), lang, self._links)

    def info(self, lang: str) -> dict[str, Any]:
        """What the widget shows around the conversation."""
        lang = self._words.language(lang)
        chosen, topics = self._chosen, library().topics
        crisis = rendering.crisis_part([self._line(lang)], lang, self._links)
        return {
            "lang": lang,
            "clinic": {"name": chosen.clinic_name, "phone": chosen.clinic_phone, "hours": chosen.clinic_hours},
            "crisis": {"text": crisis["text"], "links": crisis["links"]},
            "suggestions": [{"title": topics[name].question, "choice": name} for name in self._words.suggestions],
            "notices": self._words.notices(lang, chosen.clinic_contact, chosen.keep_conversations_days),
            "max_length": MOST_CHARACTERS,
        }

    async def _admit(self, agent: Any, session: str, address: str, message: Message, longest: int) -> None:
        """Stops a message that is too long or one too many; one that may tell of a crisis is never stopped."""
        now = time.monotonic()
        wait = self.limits.wait(session, address, now)
        if len(message.text) <= longest and not wait:
            return
        in_full = ready(agent) and self.limits.may_be_read(address, now)
        if not await self._guard.must_pass(message, sender(session), agent, in_full=in_full):
            lang = self._guard.judge(message).language
            raise RefusalError("slow_down" if wait else "too_long", wait, lang)

    async def _answer(self, agent: Any, session: str, message: Message) -> list[Reply]:
        code = "not_ready"
        if ready(agent):
            try:
                said = await self.turns.replies(session, message.id, partial(self._take, agent, session, message))
                if said:
                    return said
                code = "nothing_said"
            except TimeoutError:
                code = "too_slow"
            except Exception as error:
                code = "failed"
                logger.error("A turn failed: %s", type(error).__name__)
        verdict = self._guard.judge(message)
        if verdict.level != CRISIS:
            if code == "nothing_said":
                # An action failed, and Rasa has no word for that. The turn was taken: sent again, it would be the same.
                return [self.failure("failed", verdict.language)]
            raise RefusalError(code, lang=verdict.language)
        # Not waited for: the words are ready.
        asyncio.get_running_loop().run_in_executor(None, record, message, verdict, sender(session), NAME, self._chosen)
        lang = self._words.language(verdict.language)
        text = replies.reply(verdict.kind, language=lang, channel=NAME, country=self._chosen.country)
        urgent = verdict.kind == "imminent"
        return [rendering.crisis(f"{message.id}.0", text, lang, self._links, urgent=urgent)]

    async def _take(self, agent: Any, session: str, message: Message, maybe_again: bool) -> list[Reply]:
        said = await take(agent, NAME, sender(session), message, maybe_again=maybe_again)
        return rendering.render(message.id, said, self._links)

    def _line(self, lang: str) -> str:
        return replies.reply("line", language=lang, channel=NAME, country=self._chosen.country)

    def _links(self, lang: str) -> list[Link]:
        return self._resources.links(self._chosen.country, lang)

    def _with_database(self, keep: Any, *what: Any) -> None:
        keep(migrated(self._chosen.database_url), *what, datetime.now(UTC))


def sender(session: str) -> str:
    """The session's conversation, as Rasa knows it."""
    return f"{NAME}-{session}"
