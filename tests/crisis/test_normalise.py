"""The many spellings of a word come down to one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketamine_guide.crisis.normalise import plain, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I'm", ["i", "am"]),
        ("im", ["i", "am"]),
        ("i’ve", ["i", "have"]),
        ("I'd", ["i", "would"]),
        ("id card", ["id", "card"]),
        ("don’t", ["do", "not"]),
        ("dont", ["do", "not"]),
        ("wouldn't", ["would", "not"]),
        ("can't", ["can", "not"]),
        ("cannot", ["can", "not"]),
        ("Wanna", ["want", "to"]),
        ("gonna", ["going", "to"]),
        ("he's", ["he", "is"]),
        ("my self", ["myself"]),
        ("any more", ["anymore"]),
        ("2nite", ["tonight"]),
        ("ya no kiero", ["ya", "no", "quiero"]),
        ("q", ["que"]),
    ],
)
def test_contractions_are_written_out(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ÉL QUIERE", "el quiere"),
        ("mañana", "manana"),
        ("dro\u200bp", "drop"),
        ("I\u0301 w\u0301ant", "i want"),
        ("ｋｉｌｌ", "kill"),
        ("su1c1de", "suicide"),
        ("k!ll", "kill"),
        ("d!e", "die"),
        ("k1ll mys3lf", "kill myself"),
        ("s u i c i d e", "suicide"),
        ("s.u.i.c.i.d.e", "suicide"),
        ("k-i-l-l", "kill"),
        ("to d i e", "to die"),
        ("to k i l l myself", "to kill myself"),
        ("diiiie", "die"),
        ("", ""),
    ],
)
def test_disguises_come_off(text: str, found: str) -> None:
    assert plain(text) == found


@pytest.mark.parametrize("text", ["9:30", "$50", "12b", "a b c", "xanax 0.5mg", "hello!", "all in bed, odd"])
def test_what_is_no_disguise_stays(text: str) -> None:
    assert plain(text) == text


def test_stops_are_words_of_their_own() -> None:
    assert words("no, i do. ok?") == ["no", ",", "i", "do", ".", "ok", "?"]


@given(st.text(max_size=300))
def test_any_text_becomes_words_without_capitals_or_blanks(text: str) -> None:
    assert all(word and word == word.strip() and not word.isupper() for word in words(text) if word.isascii())
