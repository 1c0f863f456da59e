"""Turns what Rasa says into text messages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rasa.shared.core.events import BotUttered, Event, UserUttered

from ketamine_guide.channels.sms.gsm import gsm
from ketamine_guide.channels.sms.splitting import with_choices
from ketamine_guide.channels.sms.words import SmsWords
from ketamine_guide.crisis.resources import DEFAULT_LANGUAGE
from ketamine_guide.dialogue.about import ABOUT
from ketamine_guide.nlu.reading import choice

# A text message to send: its `body`, and whether it is a `crisis` reply.
Reply = dict[str, Any]
_CHECK_IN = "/check_in_yes"


def reply(body: str, *, crisis: bool = False) -> Reply:
    """A text message to send."""
    return {"body": gsm(body), "crisis": crisis}


def render(messages: Sequence[Mapping[str, Any]], words: SmsWords) -> list[list[Reply]]:
    """The replies to a text, in deliveries: the first is sent now, each further one after a MORE.

    A crisis reply is a message by itself and comes first; so is the introduction of a first reply.

    Args:
        messages: as Rasa hands them to an output channel: `text`, maybe `buttons` and `about`.
        words: the channel's own words.
    """
    crises: list[Reply] = []
    introductions: list[Reply] = []
    blocks: list[str] = []
    help_lines: list[str] = []
    lang = DEFAULT_LANGUAGE
    for message in messages:
        about = message.get(ABOUT) or {}
        lines = [gsm(line) for line in (message.get("text") or "").splitlines() if line.strip()]
        if about.get("kind") == "crisis":
            crises.append(reply("\n".join(lines), crisis=True))
            continue
        if about.get("introduced"):
            introductions.append(reply(lines.pop(0)))
        lang = about.get("lang", DEFAULT_LANGUAGE) if not blocks else lang
        if about.get("crisis_lines") and about.get("kind") != "check_in":
            help_lines += lines[-about["crisis_lines"] :]
        blocks += lines
    titles = [str(button["title"]) for button in offered(messages)]
    choices = words.choices(titles, lang) if titles else ""
    deliveries = with_choices(blocks, choices, words.say("more", lang))
    if len(deliveries) > 1 and help_lines:
        # Where help is must not wait for a MORE.
        blocks = list(dict.fromkeys([*help_lines, *blocks]))
        deliveries = with_choices(blocks, choices, words.say("more", lang))
    groups = [[reply(body) for body in group] for group in deliveries]
    first = [*crises, *introductions, *(groups[0] if groups else [])]
    return [first, *groups[1:]] if first else []


def offered(messages: Iterable[Mapping[str, Any]]) -> list[Mapping[str, str]]:
    """The buttons that a number may choose: the last ones, but the plain question's before all others."""
    found: list[Mapping[str, str]] = []
    for message in messages:
        buttons = message.get("buttons") or []
        if any(button["payload"] == _CHECK_IN for button in buttons):
            return list(buttons)
        found = list(buttons) or found
    return found


def answer_to_check_in(events: Sequence[Event], body: str) -> str | None:
    """The intent that a text chooses among the plain question's answers, if that was just asked and this is one.

    Rasa's side takes a number for the buttons of the last message, which may offer topics below the question.

    Args:
        events: of the conversation.
        body: the text.
    """
    said: list[dict[str, Any]] = []
    for event in reversed(events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            said.insert(0, event.message())
    buttons = offered(said)
    if not any(button["payload"] == _CHECK_IN for button in buttons):
        return None
    number = choice(body, [str(button["title"]) for button in buttons])
    return None if number is None else buttons[number]["payload"].lstrip("/")
