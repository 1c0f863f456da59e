"""The language of the conversation tests: the user says something, the bot answers."""

from __future__ import annotations

from itertools import count

import pytest

from ketamine_guide.content.library import Library
from ketamine_guide.crisis.lexicon import KINDS
from ketamine_guide.crisis.replies import LAST_RESORT, buttons, reply
from ketamine_guide.dialogue.wording import wording
from ketamine_guide.launch import Bot
from ketamine_guide.settings import settings

DISCLAIMER = "This is general information, not medical advice."
INTRODUCTION = "I'm an automated guide"
LANGUAGES = ("en", "es")
_senders = count()


def _crisis_text(name: str, language: str) -> str:
    return reply(name, language=language, channel="web", country=settings().country)


CRISIS_REPLIES = [_crisis_text(kind, language) for kind in KINDS for language in LANGUAGES]


class Conversation:
    """One conversation with a real bot. Each `bot_…` checks the reply to the last thing said."""

    def __init__(self, bot: Bot, content: Library) -> None:
        self._bot, self._content = bot, content
        self._sender = f"test-{next(_senders)}"
        self.messages: list[dict[str, object]] = []

    @property
    def reply(self) -> str:
        return "\n".join(str(message.get("text", "")) for message in self.messages)

    @property
    def buttons(self) -> list[dict[str, str]]:
        return [button for message in self.messages for button in message.get("buttons") or ()]  # type: ignore[attr-defined]

    def user_says(self, text: str) -> Conversation:
        self.messages = self._bot.say(text, self._sender)
        return self

    def user_presses(self, number: int) -> Conversation:
        return self.user_says(self.buttons[number]["payload"])

    def bot_introduces_itself(self) -> Conversation:
        assert self.reply.startswith("Hello, " + INTRODUCTION), self.reply
        assert "not a person" in self.reply
        assert "not for emergencies" in self.reply
        return self

    def bot_does_not_introduce_itself_again(self) -> Conversation:
        assert "Hello, " + INTRODUCTION not in self.reply
        return self

    def bot_answers(self, name: str) -> Conversation:
        """The answer to a topic: its text, its source, the disclaimer, two or three next questions."""
        topic = self._content.topics[name]
        lines = self.reply.splitlines()
        source = next((line for line in lines if line.startswith("Source: ")), "")
        assert topic.answer in lines, self.reply
        assert topic.section in source.removeprefix("Source: ").split("; "), self.reply
        assert any(line.startswith(DISCLAIMER) for line in lines[lines.index(source) :]), self.reply
        assert 2 <= len(self.buttons) <= 3
        assert all(button["payload"].lstrip("/") in self._content.topics for button in self.buttons)
        return self

    def bot_answers_each(self, *names: str) -> Conversation:
        """The answers to several topics, in full or short, in this order, over one source line and one disclaimer."""
        lines = self.reply.splitlines()
        places = []
        for topic in (self._content.topics[name] for name in names):
            places += [place for place, line in enumerate(lines) if line in (topic.answer, topic.answer_sms)]
        (source,) = (place for place, line in enumerate(lines) if line.startswith("Source: "))
        assert len(places) == len(names), self.reply
        assert [*places, source] == sorted([*places, source]), self.reply
        sections = lines[source].removeprefix("Source: ").split("; ")
        assert {self._content.topics[name].section for name in names} <= set(sections)
        assert sum(line.startswith(DISCLAIMER) for line in lines) == 1
        return self

    def bot_turns_down_first(self, name: str) -> Conversation:
        """A question is turned down in the first message, which has no source; what is answered comes after it."""
        first, *others = (str(message.get("text", "")) for message in self.messages)
        assert self._content.intents[name].reply.format_map(wording()) in first, self.reply
        assert "Source:" not in first
        assert others, self.reply
        assert not any(other.startswith("Hello") for other in others), self.reply
        return self

    def bot_replies(self, name: str) -> Conversation:
        """The reply of another intent, which has no source, for it is not drawn from the document."""
        expected = self._content.intents[name].reply.format_map(wording())
        assert expected in self.reply, self.reply
        assert "Source:" not in self.reply
        return self

    def bot_gives_the_crisis_reply(self) -> Conversation:
        """The words for one of the kinds of crisis, with nothing before or after them."""
        assert [message.get("text") for message in self.messages] in [[text] for text in CRISIS_REPLIES], self.reply
        return self

    def bot_gives_no_crisis_reply(self) -> Conversation:
        for text in (*CRISIS_REPLIES, LAST_RESORT):
            assert text not in self.reply, self.reply
        return self

    def bot_checks_in(self) -> Conversation:
        """The plain question first, with a button for yes and one for no."""
        first = self.messages[0] if self.messages else {}
        language = next((spoken for spoken in LANGUAGES if first.get("text") == _crisis_text("check_in", spoken)), None)
        assert language, self.reply
        yes, no = buttons(language)
        assert first.get("buttons") == [
            {"title": yes, "payload": "/check_in_yes"},
            {"title": no, "payload": "/check_in_no"},
        ]
        return self.bot_gives_no_crisis_reply()

    def bot_offers_topics(self) -> Conversation:
        assert "not sure what you are asking" in self.reply, self.reply
        assert len(self.buttons) == 3
        return self

    def bot_points_to_a_person(self) -> Conversation:
        assert "A person can help you better here: please ask your clinic" in self.reply, self.reply
        return self


@pytest.fixture
def conversation(bot: Bot, content: Library) -> Conversation:
    return Conversation(bot, content)
