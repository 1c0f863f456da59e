"""A long message is cut into windows that overlap and leave nothing out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketamine_guide.nlu.windows import windows


def _text(count: int) -> str:
    return " ".join(f"w{number}" for number in range(count))


@pytest.mark.parametrize("text", ["", " ", "how long is it", " two\n lines ", _text(150)])
def test_a_short_text_stands_alone_and_as_it_was(text: str) -> None:
    assert windows(text) == [text]


@given(st.integers(151, 3_600))
def test_a_long_text_is_covered_word_by_word(count: int) -> None:
    text = _text(count)
    found = [window.split() for window in windows(text)]
    assert len(found) > 1
    assert list(dict.fromkeys(word for window in found for word in window)) == text.split()
    assert all(len(window) <= 120 for window in found)


@given(st.integers(151, 3_600))
def test_neighbours_share_words_so_that_no_sentence_is_cut_in_both(count: int) -> None:
    found = [window.split() for window in windows(_text(count))]
    for first, second in pairwise(found):
        assert len(set(first) & set(second)) == 30


@given(st.integers(151, 20_000))
def test_the_last_word_is_always_there_and_there_are_at_most_forty(count: int) -> None:
    found = windows(_text(count))
    assert len(found) <= 40
    assert found[-1].split()[-1] == f"w{count - 1}"
    assert len(found[-1].split()) > 30
