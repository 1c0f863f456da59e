"""The build fails when what a patient reads is not whole, not from the document, or not plain."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter

import pytest
import smsutil
import textstat
import yaml

from ketamine_guide.content.library import DATA, Library, Topic, load
from ketamine_guide.dialogue.wording import wording

TOPICS = sorted(load().topics.values(), key=lambda topic: topic.name)
INTENTS = sorted(load().intents.values(), key=lambda intent: intent.name)
MIN_EXAMPLES, MIN_EXAMPLES_A_REGISTER = 40, 10
# What a short answer may take of two segments, with its source and disclaimer.
MAX_SMS = 306
HIGHEST_GRADE = 8
# Who is in danger is told whom to call, to keep away, whom to tell, and what the guide can't do.
SAFETY = set(yaml.safe_load((DATA / "dialogue" / "safety.yml").read_text(encoding="utf-8"))["intents"])
DANGER = {"abuse", "violence_to_others", "urgent_symptoms"}
MOST_SENTENCES, MOST_SENTENCES_OF_SAFETY = 6, 7
COPIED_WORDS = 9
GLOSSARY: dict[str, list[str]] = yaml.safe_load((DATA / "glossary.yml").read_text(encoding="utf-8"))["terms"]


def _name(entry: object) -> str:
    return str(getattr(entry, "name", entry))


@pytest.mark.parametrize("entry", [*TOPICS, *INTENTS], ids=_name)
def test_there_are_enough_examples_in_each_register_and_none_twice(entry: Topic) -> None:
    registers = {"faq": entry.examples.faq, "forum": entry.examples.forum, "sms": entry.examples.sms}
    assert all(len(examples) >= MIN_EXAMPLES_A_REGISTER for examples in registers.values())
    assert len(list(entry.examples)) >= MIN_EXAMPLES
    assert len({_plain(example) for example in entry.examples}) == len(list(entry.examples))


def test_no_example_stands_under_two_names(content: Library) -> None:
    first: dict[str, str] = {}
    for name, examples in content.examples().items():
        for example in examples:
            assert first.setdefault(_plain(example), name) == name, example


def test_every_fact_has_a_topic(content: Library) -> None:
    stated = {fact for topic in content.topics.values() for fact in topic.facts}
    assert set(content.facts) == {f"F{number:02}" for number in range(1, 73)}
    assert set(content.facts) - stated == set()


@pytest.mark.parametrize("topic", TOPICS, ids=_name)
def test_every_figure_is_one_of_the_topics_facts(content: Library, topic: Topic) -> None:
    allowed = {figure for fact in topic.facts for figure in content.facts[fact].figures}
    for text in (topic.answer, topic.answer_sms):
        assert set(re.findall(r"\d+", text)) <= allowed, text


@pytest.mark.parametrize("topic", TOPICS, ids=_name)
def test_the_section_is_the_documents_and_one_of_the_facts(content: Library, topic: Topic) -> None:
    assert topic.section in {content.facts[fact].section for fact in topic.facts}


def test_the_facts_and_sections_are_those_of_the_inventory(content: Library, shared: Path) -> None:
    rows = re.findall(r"^\| (F\d\d) \| ([^|]+?) \|", (shared / "source" / "facts.md").read_text(), re.MULTILINE)
    assert {fact.id: fact.section for fact in content.facts.values()} == dict(rows)


def test_the_figures_are_the_documents(content: Library, shared: Path) -> None:
    document = (shared / "source" / "ketamine-for-depression.txt").read_text()
    figures = {figure for fact in content.facts.values() for figure in fact.figures}
    assert figures <= set(re.findall(r"\d+", document.replace("1960s", "1960")))


@pytest.mark.parametrize("topic", TOPICS, ids=_name)
def test_no_sentence_of_the_document_is_copied(topic: Topic, shared: Path) -> None:
    document = _plain((shared / "source" / "ketamine-for-depression.txt").read_text())
    words = _plain(f"{topic.answer} {topic.answer_sms}").split()
    for start in range(len(words) - COPIED_WORDS + 1):
        run = " ".join(words[start : start + COPIED_WORDS])
        assert f" {run} " not in f" {document} ", run


@pytest.mark.parametrize("entry", [*TOPICS, *INTENTS], ids=_name)
def test_replies_are_plain(entry: Topic) -> None:
    text = _web(entry)
    assert textstat.flesch_kincaid_grade(text) <= HIGHEST_GRADE
    sentences = re.split(r"(?<=[.?!]) ", text)
    assert 2 <= len(sentences) <= (MOST_SENTENCES_OF_SAFETY if entry.name in SAFETY else MOST_SENTENCES)
    assert all(len(sentence.split()) <= 24 for sentence in sentences)


def _unexplained(text: str) -> list[str]:
    """The terms of art in a text that it does not explain, as `data/glossary.yml` has them."""
    found = []
    for terms, explanations in GLOSSARY.items():
        words = "|".join(re.escape(term.strip()) for term in terms.split("|"))
        used = re.search(rf"\b(?:{words})s?\b", text, re.IGNORECASE)
        if used and not any(re.search(pattern, text, re.IGNORECASE) for pattern in explanations):
            found.append(used[0])
    return found


@pytest.mark.parametrize("topic", TOPICS, ids=_name)
def test_every_term_of_art_is_explained_where_it_stands(topic: Topic) -> None:
    assert _unexplained(topic.answer) == []


@pytest.mark.parametrize("terms", GLOSSARY)
def test_a_term_by_itself_is_unexplained_and_its_explanation_mends_it(terms: str) -> None:
    for term in (term.strip() for term in terms.split("|")):
        assert term in _unexplained(f"This is about {term}.")
        assert f"{term}s" in _unexplained(f"These are {term}s.")
        for explanation in GLOSSARY[terms]:
            assert term not in _unexplained(f"This is about {term}: {explanation}.")


@pytest.mark.parametrize("entry", [*TOPICS, *INTENTS], ids=_name)
def test_short_replies_are_gsm_7_and_fit_two_segments(content: Library, entry: Topic) -> None:
    text = entry.answer_sms if isinstance(entry, Topic) else entry.reply_sms
    if isinstance(entry, Topic):
        source = "; ".join(content.sections((entry.name,)))
        text += f"\nSource: {source}\nGeneral info, not medical advice. Ask your care team."
    text = text.format_map(wording())
    assert smsutil.is_valid_gsm(text), text
    assert len(text) <= MAX_SMS, len(text)


def test_the_documents_of_safety_are_among_those_tested() -> None:
    assert {"say_yes", "say_no", "take_back", "safe_now", "abuse", "violence_to_others", "under_18"} <= SAFETY
    assert not SAFETY - {intent.name for intent in INTENTS}


@pytest.mark.parametrize("intent", INTENTS, ids=_name)
def test_every_placeholder_in_a_reply_is_known(intent: Topic) -> None:
    for text in (intent.reply, intent.reply_sms):
        assert {name for _, name, _, _ in Formatter().parse(text) if name is not None} <= set(wording())


@pytest.mark.parametrize("topic", TOPICS, ids=_name)
def test_an_answer_has_no_placeholder(topic: Topic) -> None:
    # `action_answer` fills answers into a response: what stands in braces there would reach the patient.
    assert not re.search("[{}]", topic.answer + topic.answer_sms)


@pytest.mark.parametrize("intent", INTENTS, ids=_name)
def test_numbers_to_call_stand_in_the_resources_alone(intent: Topic) -> None:
    assert not re.search(r"\d{3}", intent.reply + intent.reply_sms)


@pytest.mark.parametrize("intent", [intent for intent in INTENTS if intent.name in DANGER], ids=_name)
def test_who_is_in_danger_gets_the_emergency_number_and_a_person(intent: Topic) -> None:
    for text in (intent.reply, intent.reply_sms):
        assert "{emergency}" in text
        assert "{clinic_contact}" in text


@pytest.mark.parametrize("intent", INTENTS, ids=_name)
def test_what_is_turned_down_names_a_person(intent: Topic) -> None:
    if intent.name.startswith("cannot_") or intent.name == "urgent_symptoms":
        assert "{clinic_contact}" in intent.reply
        assert "{clinic_contact}" in intent.reply_sms


def test_no_reply_sells_promises_or_hurts(content: Library) -> None:
    unwanted = re.compile(
        r"\b(book now|discount|special offer|guarantee|cures? you|life-changing|groundbreaking|miracle|"
        r"commit(?:ted|s)? suicide|successful suicide|failed attempt|think of your family)\b",
        re.IGNORECASE,
    )
    for entry in (*content.topics.values(), *content.intents.values()):
        assert not unwanted.search(_web(entry)), entry.name


def test_no_line_of_a_development_set_is_an_example(content: Library, shared: Path) -> None:
    measured = {
        _plain(json.loads(line)["text"])
        for name in ("questions.jsonl", "crisis.jsonl")
        for line in (shared / "dev" / name).read_text().splitlines()
    }
    trained = {_plain(example) for examples in content.examples().values() for example in examples}
    # Two words and fewer ("hi", "thank you") are anybody's.
    assert not [text for text in trained & measured if len(text.split()) > 2]


@pytest.mark.parametrize("name", ["questions.jsonl", "outsiders_questions.jsonl"])
def test_no_own_evaluation_question_is_an_example(content: Library, name: str) -> None:
    path = DATA.parent / "tests" / "evaluation" / name
    measured = {_plain(json.loads(line)["text"]) for line in path.read_text().splitlines()}
    trained = {_plain(example) for examples in content.examples().values() for example in examples}
    assert not [text for text in trained & measured if len(text.split()) > 2]


def _web(entry: object) -> str:
    return str(getattr(entry, "answer", None) or getattr(entry, "reply", "").format_map(wording()))


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()
