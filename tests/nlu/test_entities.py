"""Each phrase of `data/entities.yml` is found where it stands, however it is written; its topics exist."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ketamine_guide.content.library import DATA, Library
from ketamine_guide.nlu.entities import Entities, entities

CONTENT: dict[str, Any] = yaml.safe_load((DATA / "entities.yml").read_text(encoding="utf-8"))
KINDS: dict[str, Any] = {kind: values for kind, values in CONTENT.items() if isinstance(values, dict)}
PHRASES = [
    (kind, name, phrase)
    for kind, values in KINDS.items()
    for name, entry in values.items()
    for phrase in entry["phrases"]
]
ANY_TEXT = st.text(st.characters()) | st.lists(
    st.sampled_from([*(phrase for _, _, phrase in PHRASES), "14 weeks", "’", "İ", "\ud800", "💊", "\n"]), max_size=20
).map(" ".join)


def _named(text: str) -> list[tuple[str, str]]:
    return [(entity.type, entity.value) for entity in entities().find(text)]


def test_the_file_names_its_owner() -> None:
    assert CONTENT["owner"]


def test_every_topic_it_names_exists(content: Library) -> None:
    named = [entry["topic"] for values in KINDS.values() for entry in values.values() if "topic" in entry]
    for values in KINDS.values():
        for entry in values.values():
            named += [topic for both in entry.get("instead", {}).items() for topic in both]
    assert set(named) - content.topics.keys() == set()


@pytest.mark.parametrize(("kind", "name", "phrase"), PHRASES)
def test_each_phrase_is_found_by_itself(kind: str, name: str, phrase: str) -> None:
    (entity,) = entities().find(phrase)
    assert entity[:4] == (kind, name, 0, len(phrase))
    assert entity.topic == KINDS[kind][name].get("topic")
    assert entity.instead == KINDS[kind][name].get("instead", {})


@pytest.mark.parametrize(("kind", "name", "phrase"), PHRASES)
def test_each_phrase_is_found_in_a_message_and_shouted(kind: str, name: str, phrase: str) -> None:
    text = f"so, {phrase.upper()}, since june"
    (entity,) = entities().find(text)
    assert (entity.type, entity.value, text[entity.start : entity.end]) == (kind, name, phrase.upper())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my sister got nausious", ("side_effect", "nausea")),
        ("I have schizophrena", ("condition", "psychosis")),
        ("does spravatto hurt", ("route", "nasal")),
        ("i can’t see straight", ("side_effect", "vision")),
    ],
)
def test_one_wrong_letter_in_a_long_word_still_counts(text: str, found: tuple[str, str]) -> None:
    assert _named(text) == [found]


@pytest.mark.parametrize(
    "text", ["in addition i take a walk", "I fell off a ladder", "an unread letter", "a new version"]
)
def test_another_word_one_letter_away_does_not(text: str) -> None:
    assert _named(text) == []


@pytest.mark.parametrize("text", ["the stunt", "the pulpit", "a spry man", "ketamine", "", " ", "💊"])
def test_other_words_name_nothing(text: str) -> None:
    assert _named(text) == []


def test_of_overlapping_phrases_the_longest_counts() -> None:
    assert _named("high blood pressure") == [("condition", "high_blood_pressure")]
    assert _named("interstitial cystitis") == [("condition", "bladder")]


def test_what_is_named_comes_in_order() -> None:
    assert _named("14 weeks along, queasy, and my bp is off") == [
        ("weeks", "14"),
        ("condition", "pregnancy"),
        ("side_effect", "nausea"),
        ("side_effect", "blood_pressure"),
    ]


@pytest.mark.parametrize("text", ["14 weeks", "14 Weeks", "14wks", "14-week", "14w"])
def test_a_number_of_weeks_is_found(text: str) -> None:
    (entity,) = entities().find(f"i am {text} gone")
    assert entity[:4] == ("weeks", "14", 5, 5 + len(text))


@pytest.mark.parametrize(
    ("text", "pregnant"),
    [
        ("i'm 20 weeks, is it safe", True),
        ("im about 9wks can i", True),
        ("i am 15 and low for 3 weeks now", False),
        ("i'm 15. i'm 3 weeks into it", False),
        ("in high school, low for 6 weeks", False),
    ],
)
def test_weeks_of_oneself_are_a_pregnancy_unless_another_number_may_be_an_age(text: str, pregnant: bool) -> None:
    weeks = [entity for entity in entities().find(text) if entity.type == "weeks"]
    assert any(entity.instead for entity in weeks) is pregnant


@pytest.mark.parametrize("text", ["i am 14", "114 weeks", "14 weekdays", "14 watts"])
def test_another_number_is_not(text: str) -> None:
    assert _named(text) == []


@settings(deadline=None)
@given(ANY_TEXT)
@example("nausea \ud800")
@example("İ 14 weeks")
def test_in_any_text_it_points_at_what_stands_there(text: str) -> None:
    found = entities().find(text)
    assert [entity.start for entity in found] == sorted(entity.start for entity in found)
    for entity in found:
        said = text[entity.start : entity.end]
        assert said.strip() == said != ""
        if entity.type == "weeks":
            assert said.startswith(entity.value)
        else:
            assert (entity.type, entity.value) in _named(said)


def test_of_a_book_the_beginning_is_read() -> None:
    assert _named("nausea " + "word " * 2_000 + "dizzy") == [("side_effect", "nausea")]


@pytest.mark.parametrize("entry", ["{topic: ask_nausea}", "{topic: ask_nausea, phrases: []}", "[nausea]", ""])
def test_an_entry_without_phrases_is_refused_by_name(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "own.yml"
    path.write_text(f"owner: somebody\nside_effect:\n  nausea: {entry}\n")
    with pytest.raises(ValueError, match=r"own\.yml: side_effect, nausea: phrases are missing"):
        Entities(path)
