"""Every string that can be texted: GSM-7, within its segments, in its short form, and fit for carriers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest
import textstat
import yaml

from ketamine_guide.channels.sms import words
from ketamine_guide.channels.sms.bodies import render
from ketamine_guide.channels.sms.gsm import gsm, segments
from ketamine_guide.channels.words import WordsError
from ketamine_guide.content.library import Library, load
from ketamine_guide.crisis import replies, resources
from ketamine_guide.crisis.replies import Replies
from ketamine_guide.dialogue.answer import answer_message
from ketamine_guide.nlu.questions import Question
from ketamine_guide.settings import ROOT

from .test_gsm import by_twilio

LINES = resources.read(replies.FOLDER / "resources.yml")
CLINIC = {"clinic": "Riverside Clinic", "clinic_contact": "Riverside Clinic (555-0100)"}
LANGUAGES = ("en", "es")
OWN = {"help", "stop", "start", "media", "empty", "too_long", "slow_down", "later", "failed"}
DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text())["responses"]
# Carriers refuse what sells, prices, and tells where to get it.
BANNED = re.compile(
    r"[$£€]|\b(?:prices?|pricing|costs? (?:only|just)|discount|coupon|deal|offers?|sale"
    r"|free (?:trial|consultation|session)|book (?:now|today|online)|call (?:now|today) to|sign up"
    r"|schedule (?:now|today)|appointments? available|in stock"
    r"|available (?:now|today|at our)|buy|order|order(?:ed)? online|for sale|near you|limited time"
    r"|best (?:price|clinic)"
    r"|guarantee[ds]?|miracle|cure[ds]?|better than|safest|click|bit\.ly|tinyurl|https?)\b",
    re.IGNORECASE,
)
# Sentences that hold such a word and sell nothing: they say what the document does not, or use it in another sense.
HARMLESS = re.compile(
    r"names no price|a great deal|does not say it is a cure|does not say if it works better than|offers hope to people"
    r"|before you use or order anything"
)


def _wording(lang: str) -> Mapping[str, str]:
    return CLINIC | LINES.wording("US", lang)


WORDS = words.read(words.PATH, _wording)


def _short_form(name: str) -> str:
    return next(form["text"] for form in DOMAIN[name] if form.get("channel") == "sms")


def _answer(content: Library, topic: str) -> list[list[str]]:
    """The texts of an answer in deliveries, as the action and the response of the domain make it."""
    given = answer_message([Question(topic)])
    text = _short_form(given["response"]).format_map({**_wording("en"), **given})
    message = {"text": text, "buttons": given["buttons"], "about": {"kind": "answer", "lang": "en"}}
    return [[reply["body"] for reply in group] for group in render([message], WORDS)]


def _all_texts() -> dict[str, str]:
    content = load()
    found = {f"own {name} {lang}": WORDS.say(name, lang) for name in words.NAMES for lang in LANGUAGES}
    for name in (*content.topics, *content.intents):
        if name in content.topics:
            bodies = [body for group in _answer(content, name) for body in group]
            found |= {f"{name} {number}": body for number, body in enumerate(bodies)}
        else:
            found[name] = gsm(content.intents[name].reply_sms.format_map(_wording("en")))
    for name in ("utter_introduction", "utter_not_understood", "utter_not_understood_again"):
        found[name] = gsm(_short_form(name).format_map(_wording("en")))
    for name, lang, country in product(Replies.__fields__, LANGUAGES, LINES.countries):
        found[f"{name} {lang} {country}"] = gsm(replies.reply(name, language=lang, channel="sms", country=country))
    return found


ALL = _all_texts()


def test_every_text_is_gsm_7_within_two_segments_and_twilio_counts_the_same(tools: Path) -> None:
    assert by_twilio(tools, list(ALL.values())) == [("GSM-7", segments(text)) for text in ALL.values()]
    assert max(segments(text) for text in ALL.values()) == 2


@pytest.mark.parametrize(("name", "lang"), list(product(sorted(OWN), LANGUAGES)))
def test_each_of_the_channels_own_texts_is_one_segment_and_says_where_help_is(name: str, lang: str) -> None:
    text = WORDS.say(name, lang)
    assert segments(text) == 1
    assert "988" in text
    assert "911" in text


def test_each_crisis_reply_is_one_segment() -> None:
    for name, lang, country in product(Replies.__fields__, LANGUAGES, LINES.countries):
        assert segments(ALL[f"{name} {lang} {country}"]) == 1, (name, lang, country)


def test_every_answer_is_sent_at_once_in_three_segments(content: Library) -> None:
    for name, topic in content.topics.items():
        now, *later = _answer(content, name)
        assert sum(segments(body) for body in now) <= 3, name
        assert topic.answer_sms[:40] in now[0].removeprefix("1/2 ").removeprefix("1/3 ")
        assert "Source: " in "\n".join(now), name
        assert "not medical advice" in "\n".join(now), name
        # With the crisis line below an answer there may be no room left for choices.
        assert topic.crisis_line or not later, name
        assert "Reply 1" in (later or [now])[-1][-1], name


def test_no_text_sells() -> None:
    rest = {name: HARMLESS.sub("", text) for name, text in ALL.items()}
    assert {name: BANNED.findall(text) for name, text in rest.items() if BANNED.search(text)} == {}


@pytest.mark.parametrize("text", ["Sessions from $400", "Book now!", "Best price near you", "https://example.com"])
def test_what_sells_would_be_found(text: str) -> None:
    assert BANNED.search(text)


def test_the_first_text_says_who_this_is_and_what_it_is_not() -> None:
    text = ALL["utter_introduction"]
    assert text.startswith("Riverside Clinic")
    for part in ("automated", "not a person", "not for emergencies", "not private", "HELP", "STOP", "988", "911"):
        assert part in text
    assert segments(text) <= 2
    # What a locked screen shows.
    assert not re.search("ketamine|suicid", text[:40], re.IGNORECASE)


@pytest.mark.parametrize("name", sorted(OWN))
def test_the_channels_own_texts_are_plain(name: str) -> None:
    assert textstat.flesch_kincaid_grade(WORDS.say(name)) <= 8


def test_every_topic_and_reply_has_a_short_form_of_its_own(content: Library) -> None:
    assert all(topic.answer_sms for topic in content.topics.values())
    assert all(intent.reply_sms for intent in content.intents.values())


def test_choices_are_numbered_and_have_no_payloads() -> None:
    assert WORDS.choices(["Is it safe?", "Does it hurt?"], "en") == "Reply 1 or 2:\n1 Is it safe?\n2 Does it hurt?"
    assert WORDS.choices(["a", "b", "c"], "en").startswith("Reply 1, 2 or 3:\n")
    assert WORDS.choices(["Sí", "No"], "es") == "Responda 1 o 2:\n1 Si\n2 No"
    assert WORDS.choices(["a"], "xx").startswith("Reply 1:\n")


@pytest.mark.parametrize("text", ["", "a: [", "en: {help: a}", "es: {}", "en: 1"])
def test_words_that_are_not_whole_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sms.yml"
    path.write_text(text)
    with pytest.raises(WordsError, match=r"sms\.yml"):
        words.read(path, _wording)


def test_a_placeholder_that_is_unknown_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sms.yml"
    path.write_text(words.PATH.read_text().replace("{clinic_contact}", "{who}"))
    with pytest.raises(WordsError, match="who"):
        words.read(path, _wording)


def test_a_clinic_with_a_long_name_is_told(caplog: pytest.LogCaptureFixture) -> None:
    long = "The Riverside Center for Mood, Pain and Ketamine Medicine of the Upper Valley and its Hills"
    words.read(words.PATH, lambda lang: _wording(lang) | {"clinic": long, "clinic_contact": f"{long} (555-0100)"})
    assert "more than one text message (en)" in caplog.text
