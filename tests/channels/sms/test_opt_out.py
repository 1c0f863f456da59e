"""Who wants no texts, held against a labelled set in both directions, and against carriers' words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketamine_guide.channels.guard import Guard
from ketamine_guide.channels.incoming import Message
from ketamine_guide.channels.sms import opt_out
from ketamine_guide.channels.sms.opt_out import Word
from ketamine_guide.channels.words import WordsError
from ketamine_guide.content.library import Library
from ketamine_guide.crisis.replies import FOLDER
from ketamine_guide.crisis.screen import NONE
from tests.conftest import Understand

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


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("STOP", "S T O P"),
        ("STOP", "s.t.o.p."),
        ("STOP", "STOPPPP"),
        ("STOP", "stpo"),
        ("STOP", "Sotp please"),
        ("STOP", "reply STOP"),
        ("STOP", "Stop, thank you. Have a nice day!"),
        ("STOP", "stop, gracias"),
        ("STOP", "unsuscribe"),
        ("START", "start please"),
        ("START", "START again"),
        ("START", "reply start"),
        ("HELP", "help please"),
        ("HELP", "reply HELP"),
        ("HELP", "info again"),
    ],
)
def test_a_word_is_known_misspelt_and_with_courtesies(label: str, text: str) -> None:
    assert _label(text) == label


COMES_BACK = [
    "please turn the texts back on",
    "sign me up again",
    "Can you start texting me again?",
    "oops, I hit STOP by mistake",
    "sorry accidentally texted stop",
    "i didn't mean to unsubscribe",
    "opt me back in pls",
    "quiero volver a recibir los mensajes",
]


@pytest.mark.parametrize("text", COMES_BACK)
def test_own_ways_of_coming_back_count_for_who_has_left(text: str) -> None:
    assert OPT_OUT.word(text, opted_out=True) == Word.START
    assert OPT_OUT.word(text, opted_out=False) is None


@pytest.mark.parametrize(
    "text",
    [
        "don't text me again",
        "do not start again",
        "i want it back",
        "start ketamine again",
        "i stopped it by mistake",
        "no",
    ],
)
def test_nobody_is_brought_back_by_less_than_a_wish_for_texts(text: str) -> None:
    assert OPT_OUT.word(text, opted_out=True) != Word.START


@pytest.mark.parametrize(
    ("intent", "likely", "stops"),
    [
        (opt_out.STOP_TEXTS, 1.0, True),
        (opt_out.STOP_TEXTS, 0.6, True),
        (opt_out.STOP_TEXTS, 0.59, False),
        ("start_texts", 1.0, False),
        ("complaint", 1.0, False),
        ("crisis", 1.0, False),
        ("check_in", 1.0, False),
        ("several_questions", 1.0, False),
        ("", 0.0, False),
    ],
)
def test_what_the_model_hears_counts_from_its_threshold_on(
    tmp_path: Path, intent: str, likely: float, stops: bool
) -> None:
    assert _with_learned(tmp_path, "0.6").hears_stop(intent, likely) is stops


@pytest.mark.parametrize("learned", ["0", "-1", "1.01", "50", "often", "[]", ".nan"])
def test_a_threshold_that_is_no_probability_is_refused(tmp_path: Path, learned: str) -> None:
    with pytest.raises(WordsError, match=r"opt_out\.yml"):
        _with_learned(tmp_path, learned)


def _with_learned(folder: Path, learned: str) -> opt_out.OptOut:
    path = folder / "opt_out.yml"
    path.write_text(re.sub(r"(?m)^learned: .*$", f"learned: {learned}", opt_out.PATH.read_text()))
    return opt_out.read(path)


def test_what_is_learnt_from_is_not_what_is_measured_on(content: Library) -> None:
    measured = {text.casefold() for _, text in ROWS if len(text.split()) > 2}
    learnt = {text.casefold() for name in ("stop_texts", "start_texts") for text in content.examples()[name]}
    assert not measured & learnt


def test_no_example_of_who_wants_no_texts_is_a_crisis_by_the_rules(content: Library) -> None:
    guard = Guard(FOLDER)
    grave = [
        text
        for name in ("stop_texts", "start_texts")
        for text in content.examples()[name]
        if guard.judge(Message("", text=text)).level != NONE
    ]
    assert grave == []


@pytest.mark.parametrize("text", ["how do i stop ketamine", "i want it to end", "make it stop", "please stop me"])
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


@pytest.mark.parametrize(("name", "share"), [("opt_out_unseen.tsv", 0.75), ("opt_out_second.tsv", 0.85)])
def test_of_an_outsiders_texts_none_is_taken_for_an_opt_out_wrongly_and_most_are_heard(
    understand: Understand, name: str, share: float
) -> None:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()[1:]
    heard, wrong = [], []
    for label, _, text in (line.partition("\t") for line in lines):
        found = understand(text)
        learned = found["crisis_screen"]["level"] == NONE and OPT_OUT.hears_stop(
            found["intent"]["name"], found["intent"]["confidence"]
        )
        said_stop = _label(text) == "STOP" or (_label(text) == "-" and learned)
        if label == "STOP":
            heard.append(said_stop)
        elif said_stop:
            wrong.append(text)
    assert not wrong
    assert sum(heard) >= share * len(heard)
