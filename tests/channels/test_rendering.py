"""Replies as the widget gets them: structured, text and never markup."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ketamine_guide.channels import rendering
from ketamine_guide.channels.rendering import render
from ketamine_guide.crisis import replies, resources
from ketamine_guide.crisis.lexicon import KINDS
from ketamine_guide.crisis.resources import Link
from ketamine_guide.settings import ROOT

RESOURCES = resources.read(replies.FOLDER / "resources.yml")
DISCLAIMER = "This is general information, not medical advice."
REPLY = {"kind": "reply", "lang": "en", "crisis_lines": 0, "crisis_lang": "en"}
ANSWER = REPLY | {"kind": "answer"}


def _links(lang: str) -> list[Link]:
    return RESOURCES.links("US", lang)


def _one(text: str, about: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    (reply,) = render("m", [{"text": text, "about": about, **more}], _links)
    return reply


def test_an_answer_has_its_topic_its_sections_and_its_disclaimer() -> None:
    buttons = [{"title": "How long?", "payload": "/ask_session_length"}]
    said = f"It can.\nIt passes.\nSource: Common Side Effects; The Future\n{DISCLAIMER}"
    assert _one(said, ANSWER, topic="ask_nausea", buttons=buttons) == {
        "id": "m.0",
        "kind": "answer",
        "lang": "en",
        "topic": "ask_nausea",
        "parts": [
            {"type": "paragraph", "text": "It can."},
            {"type": "paragraph", "text": "It passes."},
            {"type": "source", "sections": ["Common Side Effects", "The Future"]},
            {"type": "disclaimer", "text": DISCLAIMER},
        ],
        "choices": [{"title": "How long?", "choice": "ask_session_length"}],
    }


def test_the_crisis_line_below_an_answer_has_its_links() -> None:
    said = f"It can.\nSource: The Future\n{DISCLAIMER}\nAt any hour call 988."
    parts = _one(said, ANSWER | {"crisis_lines": 1})["parts"]
    assert [part["type"] for part in parts] == ["paragraph", "source", "disclaimer", "crisis"]
    assert parts[-1]["text"] == "At any hour call 988."
    assert {"label": "Call 988", "href": "tel:988"} in parts[-1]["links"]
    assert "lang" not in parts[-1]


def test_the_line_is_in_the_language_of_the_crisis() -> None:
    reply = _one("You're welcome.\nLlame al 988.", REPLY | {"crisis_lines": 1, "crisis_lang": "es"})
    assert reply["lang"] == "en"
    assert reply["parts"][-1]["lang"] == "es"
    assert reply["parts"][-1]["links"][0]["label"].startswith("Llame al 988")


@pytest.mark.parametrize("kind", KINDS)
def test_a_crisis_reply_is_one_part_with_all_its_words(kind: str) -> None:
    said = replies.reply(kind, language="en", channel="web", country="US")
    about = {"kind": "crisis", "lang": "en", "urgent": kind == "imminent", "crisis_lines": len(said.splitlines())}
    reply = _one(said, about)
    (part,) = reply["parts"]
    assert (reply["kind"], part["type"], part["text"]) == ("crisis", "crisis", said)
    first = part["links"][0]["href"]
    assert first == ("tel:911" if kind == "imminent" else "tel:988")
    assert {"tel:988", "sms:988", "tel:911"} <= {link["href"] for link in part["links"]}
    assert reply == rendering.crisis("m.0", said, "en", _links, urgent=kind == "imminent")


def test_a_check_in_keeps_its_two_choices() -> None:
    buttons = [{"title": "Sí", "payload": "/check_in_yes"}, {"title": "No", "payload": "/check_in_no"}]
    reply = _one("¿…?", {"kind": "check_in", "lang": "es", "crisis_lines": 1, "crisis_lang": "es"}, buttons=buttons)
    assert (reply["kind"], reply["lang"]) == ("check_in", "es")
    assert [choice["choice"] for choice in reply["choices"]] == ["check_in_yes", "check_in_no"]


def test_what_is_turned_down_and_what_is_answered_are_two_replies() -> None:
    said = [{"text": "I can't say.", "about": REPLY}, {"text": "It can.\nSource: The Future\nx", "about": ANSWER}]
    assert [(reply["id"], reply["kind"]) for reply in render("m", said, _links)] == [
        ("m.0", "reply"),
        ("m.1", "answer"),
    ]


def test_markup_stays_text_and_a_word_alone_makes_no_source() -> None:
    reply = _one("Source: <img src=x onerror=alert(1)>\n**bold**", REPLY)
    assert reply["parts"] == [
        {"type": "paragraph", "text": "Source: <img src=x onerror=alert(1)>"},
        {"type": "paragraph", "text": "**bold**"},
    ]


def test_nothing_said_is_no_reply() -> None:
    assert render("m", [], _links) == render("m", [{"text": None}, {"text": ""}], _links) == []


def test_without_a_word_on_what_it_is_a_message_is_a_plain_reply() -> None:
    assert _one("hello")["kind"] == "reply"


@pytest.mark.parametrize("name", ["utter_answer", "utter_answer_crisis_line"])
def test_the_form_of_an_answer_in_the_domain_is_the_one_that_is_understood(name: str) -> None:
    form = yaml.safe_load((ROOT / "domain.yml").read_text())["responses"][name][0]["text"]
    said = form.format(answer="It can.", source="The Future", lifeline_short="call 988")
    parts = _one(said, ANSWER | {"crisis_lines": int(name.endswith("line"))})["parts"]
    types = ["paragraph", "source", "disclaimer", "crisis"]
    assert [part["type"] for part in parts] == types[: 3 + name.endswith("line")]


@pytest.mark.parametrize("country", [*RESOURCES.countries, "FR", "ZZ"])
@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_every_link_has_words_and_a_scheme_that_is_safe(country: str, lang: str) -> None:
    links = RESOURCES.links(country, lang)
    assert links
    for link in links:
        assert link.label
        assert "{" not in link.label
        scheme, _, where = link.href.partition(":")
        assert scheme in {"tel", "sms", "https"}
        assert where
    assert any(link.href.startswith(("sms:", "https:")) for link in links), "nobody is given a voice line alone"


def test_what_a_phone_dials() -> None:
    assert [(link.label, link.href) for link in RESOURCES.links("us", "es-MX")] == [
        ("Llame al 988 y marque 2", "tel:988"),
        ("Mande AYUDA por SMS al 988", "sms:988?body=AYUDA"),
        ("Mande AYUDA por SMS al 741741", "sms:741741?body=AYUDA"),
        ("Llame al 911", "tel:911"),
    ]
    assert [link.href for link in RESOURCES.links("AU", "en")] == ["tel:131114", "sms:0477131114", "tel:000"]
    assert [link.href for link in RESOURCES.links("ZZ", "en")] == ["https://findahelpline.com"]
