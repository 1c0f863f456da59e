"""The first crisis screen: plain statements escalate, and look-alikes do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketamine_guide.content.library import DATA
from ketamine_guide.crisis.lexicon import LexiconError, read
from ketamine_guide.crisis.normalise import words
from ketamine_guide.crisis.screen import Screen

SCREEN = Screen(read(DATA / "crisis" / "lexicon.en.yml"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("i want to kill myself", "active"),
        ("i don't want to live anymore", "passive"),
        ("I dont wanna be here anymore", "passive"),
        ("im suicidal", "active"),
        ("I’m going to kill myself tonight", "imminent"),
        ("i wish i were dead", "passive"),
        ("everyone would be better off without me", "passive"),
        ("i cut myself again", "self_harm"),
        ("my daughter wants to kill herself", "third_party"),
        ("how long is a session? also i want to die", "active"),
        ("i'm not suicidal. i want to die", "active"),
        ("no, i want to die", "active"),
    ],
)
def test_disclosures(text: str, kind: str) -> None:
    verdict = SCREEN.judge(text)
    assert verdict.kind == kind
    assert verdict.evidence


@pytest.mark.parametrize(
    "text",
    [
        "does ketamine help with suicidal thoughts?",
        "What does the research say about suicide?",
        "i'm not suicidal",
        "no suicidal thoughts",
        "i don't want to die",
        "i'm dying to know how it feels",
        "i nearly died laughing",
        "tired of living in this city",
        "how do i stop ketamine",
        "",
    ],
)
def test_look_alikes(text: str) -> None:
    assert SCREEN.judge(text).kind is None


def test_the_gravest_kind_is_named() -> None:
    assert SCREEN.judge("i wish i was dead and i'm going to kill myself tonight").kind == "imminent"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_surroundings_hide_a_disclosure(noise: str) -> None:
    assert SCREEN.judge(f"{noise} . i want to kill myself").kind is not None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I'm", ["i", "am"]),
        ("don’t", ["do", "not"]),
        ("Wanna", ["want", "to"]),
        ("can't", ["can", "not"]),
        ("ÉL QUIERE", ["el", "quiere"]),
        ("dro\u200bp", ["drop"]),
        ("id card", ["i", "would", "card"]),
    ],
)
def test_spellings_are_brought_to_one(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("words: {}\ngroups: {a: {kind: sad, phrases: [x]}}\nunless: {}", "sad"),
        ("words: {}\ngroups: {}", "unless"),
        ("[1, 2]", "lexicon"),
        ("words: [", "lexicon"),
    ],
)
def test_a_broken_lexicon_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "lexicon.en.yml"
    path.write_text(content)
    with pytest.raises(LexiconError, match=complaint):
        read(path)


def test_an_unknown_word_list_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.en.yml"
    path.write_text("words: {}\ngroups: {a: {kind: active, phrases: [$wish to go]}}\nunless: {}")
    with pytest.raises(LexiconError, match=r"\$wish"):
        Screen(read(path))
