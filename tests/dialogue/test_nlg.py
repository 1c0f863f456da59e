"""Replies on their way out: settings filled in, an introduction before the first, and nothing before a crisis reply."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from ketamine_guide import settings as settings_module
from ketamine_guide.dialogue.nlg import GuideNlg, for_terminal
from ketamine_guide.settings import Settings

DOMAIN = Domain.from_dict(
    {
        "responses": {
            "utter_introduction": [{"text": "I am a guide."}, {"text": "Guide.", "channel": "sms"}],
            "utter_greet": [{"text": "Ask {clinic_contact}."}, {"text": "Ask.", "channel": "sms"}],
            "utter_crisis": [{"text": "Call or text 988."}],
        }
    }
)


def _say(response: str, *events: Any, channel: str = "rest", **parts: str) -> Any:
    tracker = DialogueStateTracker.from_events("someone", [UserUttered("hello"), *events])
    return asyncio.run(GuideNlg(None, DOMAIN).generate(response, tracker, channel, **parts))


def test_the_first_reply_begins_with_the_introduction() -> None:
    assert _say("utter_greet")["text"] == "I am a guide.\nAsk your clinic."


def test_a_later_reply_does_not() -> None:
    assert _say("utter_greet", BotUttered("hello"))["text"] == "Ask your clinic."


def test_nothing_stands_before_a_crisis_reply() -> None:
    assert _say("utter_crisis")["text"] == "Call or text 988."


def test_each_channel_has_its_form() -> None:
    assert _say("utter_greet", channel="sms")["text"] == "Guide.\nAsk."


def test_the_clinic_is_named_as_set(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = Settings(clinic_name="Riverside Clinic", clinic_phone="555-0100")
    monkeypatch.setattr("ketamine_guide.dialogue.nlg.settings", lambda: chosen)
    assert _say("utter_greet", BotUttered("hello"))["text"] == "Ask Riverside Clinic (555-0100)."
    assert settings_module.settings().clinic_contact == "your clinic"


def test_the_terminal_cuts_no_line() -> None:
    text = "A first line that is rather long for so narrow a window.\nSource: Here"
    lines = for_terminal(text, 30).splitlines()
    assert all(len(line) <= 26 for line in lines)
    assert " ".join(lines) == text.replace("\n", " ")
    assert lines[-1] == "Source: Here"


def test_an_unknown_response_is_nothing_to_say() -> None:
    assert _say("utter_nothing") is None
