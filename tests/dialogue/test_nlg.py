"""Replies on their way out: placeholders filled, an introduction before the first, a crisis in the words it needs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from ketamine_guide import settings as settings_module
from ketamine_guide.crisis import replies
from ketamine_guide.crisis.lexicon import KINDS
from ketamine_guide.dialogue.nlg import CRISIS_RESPONSES, GuideNlg, for_terminal
from ketamine_guide.dialogue.wording import wording
from ketamine_guide.settings import Settings

DOMAIN = Domain.from_dict(
    {
        "responses": {
            "utter_introduction": [{"text": "I am a guide."}, {"text": "Guide.", "channel": "sms"}],
            "utter_greet": [{"text": "Ask {clinic_contact}."}, {"text": "Ask.", "channel": "sms"}],
            "utter_feeling_low": [{"text": "You can {lifeline_short}."}],
            "utter_answer": [{"text": "{answer}"}],
            "utter_cannot_driving": [{"text": "I can't say."}],
        }
    }
)
HELLO, SAID = UserUttered("hello"), BotUttered("hello")
DAY = 24 * 60 * 60


def _user(
    intent: str, *, kind: str | None = None, language: str | None = None, seconds_ago: float = 0, **more: Any
) -> UserUttered:
    entities = [
        {"entity": name, "value": value}
        for name, value in (("crisis_kind", kind), ("crisis_language", language))
        if value is not None
    ]
    return UserUttered("…", intent={"name": intent}, entities=entities, timestamp=time.time() - seconds_ago, **more)


def _say(response: str, *events: Any, channel: str = "rest", **parts: Any) -> Any:
    tracker = DialogueStateTracker.from_events("someone", events or [HELLO])
    return asyncio.run(GuideNlg(None, DOMAIN).generate(response, tracker, channel, **parts))


def _crisis_text(name: str, language: str = "en", channel: str = "web") -> str:
    return replies.reply(name, language=language, channel=channel, country="US")


# The introduction and the placeholders.


def test_the_first_reply_begins_with_the_introduction() -> None:
    assert _say("utter_greet")["text"] == "I am a guide.\nAsk your clinic."


def test_a_later_reply_does_not() -> None:
    assert _say("utter_greet", HELLO, SAID)["text"] == "Ask your clinic."


def test_the_second_reply_to_the_first_message_does_not_either() -> None:
    assert _say("utter_greet", goes_on=True)["text"] == "Ask your clinic."


@pytest.mark.parametrize(("channel", "offered"), [("rest", ["ask_session_length", "ask_monitoring"]), ("sms", [])])
def test_what_the_document_answers_near_to_a_refusal_is_offered(channel: str, offered: list[str]) -> None:
    names = ["cannot_driving", "ask_session_length", "greet", "ask_monitoring", "ask_cost", "ask_nausea"]
    ranking = [
        {"name": name, "confidence": p} for name, p in zip(names, (0.5, 0.2, 0.1, 0.06, 0.055, 0.01), strict=True)
    ]
    asked = _user("cannot_driving", parse_data={"intent": {"name": "cannot_driving"}, "intent_ranking": ranking})
    response = _say("utter_cannot_driving", asked, channel=channel)
    assert [button["payload"].lstrip("/") for button in response.get("buttons", ())] == offered


def test_beside_an_answer_a_refusal_offers_nothing() -> None:
    ranking = [{"name": "ask_cost", "confidence": 0.4}]
    asked = _user("several_questions", parse_data={"intent": {"name": "several_questions"}, "intent_ranking": ranking})
    assert not _say("utter_cannot_driving", asked).get("buttons")


def test_each_channel_has_its_form() -> None:
    assert _say("utter_greet", channel="sms")["text"] == "Guide.\nAsk."


def test_an_action_fills_in_its_parts() -> None:
    assert _say("utter_answer", HELLO, SAID, answer="So long.")["text"] == "So long."


def test_an_unknown_response_is_nothing_to_say() -> None:
    assert _say("utter_nothing") is None


@pytest.fixture
def riverside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    chosen = Settings(clinic_name="Riverside Clinic", clinic_phone="555-0100", country="GB")
    monkeypatch.setattr("ketamine_guide.dialogue.wording.settings", lambda: chosen)
    monkeypatch.setattr("ketamine_guide.dialogue.nlg.settings", lambda: chosen)
    wording.cache_clear()
    yield
    wording.cache_clear()


@pytest.mark.usefixtures("riverside")
def test_the_clinic_and_the_country_are_as_set() -> None:
    assert _say("utter_greet", HELLO, SAID)["text"] == "Ask Riverside Clinic (555-0100)."
    assert "116 123" in _say("utter_feeling_low", HELLO, SAID)["text"]
    assert "116 123" in _say("utter_crisis", _user("crisis"))["text"]
    assert "999" in _say("utter_crisis", _user("crisis"))["text"]
    assert settings_module.settings().clinic_contact == "your clinic"


# A crisis.


@pytest.mark.parametrize("channel", ["rest", "sms"])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", KINDS)
def test_kind_language_and_channel_choose_the_words(kind: str, language: str, channel: str) -> None:
    message = _say("utter_crisis", _user("crisis", kind=kind, language=language), channel=channel)
    assert message["text"] == _crisis_text(kind, language, "sms" if channel == "sms" else "web")
    assert "buttons" not in message
    others = {_crisis_text(other, language, "sms" if channel == "sms" else "web") for other in KINDS if other != kind}
    assert message["text"] not in others


@pytest.mark.parametrize("before", [(), (SAID,)], ids=["first", "later"])
@pytest.mark.parametrize("response", CRISIS_RESPONSES)
def test_nothing_stands_before_or_after_a_crisis_reply(response: str, before: tuple[Any, ...]) -> None:
    message = _say(response, HELLO, *before, _user("crisis", kind="active", language="en"))
    assert message["text"] == _crisis_text(CRISIS_RESPONSES[response])


def test_the_latest_kind_is_the_one_that_is_spoken_of() -> None:
    events = [_user("crisis", kind="passive", language="en"), SAID, _user("crisis", kind="imminent", language="es")]
    assert _say("utter_crisis", *events)["text"] == _crisis_text("imminent", "es")


def test_yes_to_the_question_is_answered_in_the_words_of_what_led_to_it() -> None:
    events = [_user("check_in", kind="self_harm", language="es"), SAID, _user("check_in_yes")]
    assert _say("utter_crisis", *events)["text"] == _crisis_text("self_harm", "es")


@pytest.mark.parametrize(("kind", "language"), [(None, None), ("unheard_of", "xx")])
def test_without_a_known_kind_or_language_it_speaks_all_the_same(kind: str | None, language: str | None) -> None:
    assert _say("utter_crisis", _user("crisis", kind=kind, language=language))["text"] == _crisis_text("active")


@pytest.mark.parametrize(("language", "titles"), [("en", ["Yes", "No"]), ("es", ["Sí", "No"])])
@pytest.mark.parametrize("channel", ["rest", "sms"])
def test_the_check_in_has_two_buttons(language: str, titles: list[str], channel: str) -> None:
    message = _say("utter_check_in", _user("check_in", kind="passive", language=language), channel=channel)
    assert message["text"] == _crisis_text("check_in", language, "sms" if channel == "sms" else "web")
    assert [button["title"] for button in message["buttons"]] == titles
    assert [button["payload"] for button in message["buttons"]] == ["/check_in_yes", "/check_in_no"]


def test_the_check_in_is_not_asked_twice_in_the_same_words() -> None:
    first = _user("check_in", kind="passive", language="en")
    again = _say("utter_check_in", first, SAID, first)
    assert again["text"] == _crisis_text("check_in_again")
    assert [button["payload"] for button in again["buttons"]] == ["/check_in_yes", "/check_in_no"]
    later = _say("utter_check_in", first, SAID, _user("greet"), SAID, first)
    assert later["text"] == _crisis_text("check_in")


# What a channel is told of a reply.


def test_a_channel_is_told_what_kind_of_reply_it_is() -> None:
    assert _say("utter_greet", HELLO, SAID)["about"] == {
        "kind": "reply",
        "lang": "en",
        "crisis_lines": 0,
        "crisis_lang": "en",
    }
    assert _say("utter_answer", HELLO, SAID, answer="So long.")["about"]["kind"] == "answer"
    assert _say("utter_check_in", _user("check_in", language="es"))["about"]["kind"] == "check_in"
    assert _say("utter_no_to_check_in", _user("check_in_no"))["about"]["kind"] == "reply"


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_of_a_crisis_reply_says_where_help_is_and_a_life_in_danger_is_urgent(kind: str) -> None:
    message = _say("utter_crisis", _user("crisis", kind=kind, language="es"))
    assert message["about"] == {
        "kind": "crisis",
        "lang": "es",
        "urgent": kind == "imminent",
        "crisis_lines": len(message["text"].splitlines()),
        "crisis_lang": "es",
    }


def test_the_line_that_stays_is_told_from_the_reply_above_it() -> None:
    about = _say("utter_greet", _user("crisis", language="es"), SAID, _user("greet"))["about"]
    assert (about["kind"], about["lang"], about["crisis_lines"], about["crisis_lang"]) == ("reply", "en", 1, "es")


# The line that stays.


@pytest.mark.parametrize("intent", ["crisis", "check_in", "check_in_yes"])
@pytest.mark.parametrize("channel", ["rest", "sms"])
def test_the_line_stays_under_what_is_said_after_a_crisis(intent: str, channel: str) -> None:
    events = [_user(intent, kind="active", language="en"), SAID, _user("greet"), SAID, _user("greet")]
    text = _say("utter_greet", *events, channel=channel)["text"]
    assert text.splitlines()[1:] == [_crisis_text("line", "en", "sms" if channel == "sms" else "web")]


def test_the_line_is_in_the_language_that_was_spoken() -> None:
    text = _say("utter_greet", _user("crisis", kind="active", language="es"), SAID, _user("greet"))["text"]
    assert text.splitlines() == ["Ask your clinic.", _crisis_text("line", "es")]


def test_the_line_stands_under_the_answer_beside_a_check_in_too() -> None:
    text = _say("utter_answer", _user("check_in", language="en"), SAID, answer="So long.")["text"]
    assert text.splitlines() == ["So long.", _crisis_text("line")]


def test_the_line_is_not_said_twice() -> None:
    text = _say("utter_feeling_low", _user("crisis", language="en"), SAID, _user("feeling_low"))["text"]
    assert text == f"You can {wording()['lifeline_short']}."


@pytest.mark.parametrize(("seconds_ago", "stays"), [(0, True), (DAY - 60, True), (DAY + 60, False), (30 * DAY, False)])
def test_the_line_stays_for_a_day(seconds_ago: float, stays: bool) -> None:
    crisis = _user("crisis", kind="active", language="en", seconds_ago=seconds_ago)
    text = _say("utter_greet", crisis, SAID, _user("greet"))["text"]
    assert (_crisis_text("line") in text) is stays


def test_without_a_crisis_there_is_no_line() -> None:
    events = [_user("greet"), SAID, _user("check_in_no"), _user("ask_suicidal_thoughts_research")]
    assert _say("utter_greet", *events)["text"] == "Ask your clinic."


# When the data can't be read.


@pytest.mark.parametrize("response", CRISIS_RESPONSES)
def test_a_crisis_is_answered_when_the_numbers_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, response: str
) -> None:
    def broken() -> Any:
        raise OSError("no such file")

    monkeypatch.setattr(replies, "_resources", broken)
    message = _say(response, _user("crisis", kind="imminent", language="es"))
    assert message["text"] == replies.LAST_RESORT
    assert "988" in message["text"]
    assert "911" in message["text"]
    assert "cannot be read" in caplog.text


def test_the_check_in_keeps_its_buttons_when_the_words_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise OSError("no such file")

    monkeypatch.setattr(replies, "_replies", broken)
    message = _say("utter_check_in", _user("check_in", language="es"))
    assert message["text"] == replies.LAST_RESORT
    assert [button["payload"] for button in message["buttons"]] == ["/check_in_yes", "/check_in_no"]


# The terminal.


def test_the_terminal_cuts_no_line() -> None:
    text = "A first line that is rather long for so narrow a window.\nSource: Here"
    lines = for_terminal(text, 30).splitlines()
    assert all(len(line) <= 26 for line in lines)
    assert " ".join(lines) == text.replace("\n", " ")
    assert lines[-1] == "Source: Here"


@pytest.mark.parametrize("response", ["utter_greet", *CRISIS_RESPONSES])
def test_only_the_shell_gets_lines_for_the_terminal(monkeypatch: pytest.MonkeyPatch, response: str) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    shell = _say(response, _user("crisis", kind="active", language="en", input_channel="cmdline"))["text"]
    other = _say(response, _user("crisis", kind="active", language="en", input_channel="rest"))["text"]
    assert max(len(line) for line in shell.splitlines()) <= 36
    assert max(len(line) for line in other.splitlines()) > 36
    assert shell.split() == other.split()
