"""Who wants no texts, held against a labelled set in both directions, and against carriers' words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketamine_guide.channels.guard import Guard
from ketamine_guide.channels.incoming import Message
from ketamine_guide.channels.sms import opt_out
from ketamine_guide.channels.sms.opt_out import Word
from ketamine_guide.channels.words import WordsError
from ketamine_guide.crisis.replies import FOLDER
from ketamine_guide.crisis.screen import NONE

OPT_OUT = opt_out.read(opt_out.PATH)
ROWS = [
    (label, text)
    for label, _, text in (
        line.partition("\t") for line in (Path(__file__).parent / "opt_out.tsv").read_text().splitlines()[1:]
    )
]
CARRIERS = {
    "STOP": ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"],
    "START": ["START", "UNSTOP"],
    "HELP": ["HELP", "INFO"],
}


def _label(text: str) -> str:
    return OPT_OUT.word(text, opted_out=False) or "-"


def _rate(rows: list[tuple[str, str]]) -> float:
    return sum(_label(text) == label for label, text in rows) / len(rows)


def test_the_set_is_large_enough() -> None:
    assert len(ROWS) >= 150
    assert len({text for _, text in ROWS}) == len(ROWS)


@pytest.mark.parametrize("label", ["STOP", "-"])
def test_both_error_directions_are_rare(label: str) -> None:
    rows = [row for row in ROWS if row[0] == label]
    assert len(rows) >= 75
    wrong = [text for _, text in rows if _label(text) != label]
    assert len(wrong) <= 0.02 * len(rows), wrong


@pytest.mark.parametrize(("label", "word"), [(label, word) for label, words in CARRIERS.items() for word in words])
def test_every_carriers_word_is_known_however_it_is_written(label: str, word: str) -> None:
    for written in (
        word,
        word.lower(),
        word.capitalize(),
        f" {word} ",
        f"{word}.",
        f"{word}!!",
        f'"{word}"',
        f"{word}\n",
    ):
        assert _label(written) == label, written
    assert {"label": label, "rate": _rate([row for row in ROWS if row[0] == label])} == {"label": label, "rate": 1.0}


@pytest.mark.parametrize("text", ["how do i stop ketamine", "i want it to end", "make it stop"])
def test_distress_and_questions_are_no_opt_outs(text: str) -> None:
    assert _label(text) == "-"


def test_yes_means_start_only_to_who_gets_no_texts() -> None:
    assert OPT_OUT.word("YES", opted_out=True) == Word.START
    assert OPT_OUT.word("YES", opted_out=False) is None


def test_no_opt_out_of_the_set_is_a_crisis_by_the_rules() -> None:
    guard = Guard(FOLDER)
    grave = [text for label, text in ROWS if label == "STOP" and guard.judge(Message("", text=text)).level != NONE]
    assert grave == []


@given(st.text(max_size=3000))
def test_whatever_comes_is_read(text: str) -> None:
    assert _label(text) in {"-", *Word}


_OWN = [
    "please",
    "stop",
    "i",
    "want",
    "all",
    "the",
    "texts",
    "sending",
    "me",
    "more",
    "these",
    "to",
    "of",
    "now",
    "off",
]


@given(st.lists(st.sampled_from(_OWN)))
def test_no_row_of_its_own_words_takes_long(words: list[str]) -> None:
    # What would take long would not end at all: each alternative more doubles the ways to match.
    assert _label(" ".join(words * 10)) in {"-", *Word}


@pytest.mark.parametrize("text", ["", "a: [", "words: {}", "words: {stop: [a]}\nparts: {}\nsentences: []\nunless: []"])
def test_words_that_are_not_whole_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "opt_out.yml"
    path.write_text(text)
    with pytest.raises(WordsError, match=r"opt_out\.yml"):
        opt_out.read(path)
