"""A message is read question by question, and beside what was said before; whatever it holds, it is read."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketamine_guide.nlu.reading import Reading, behind, choice, leans, questions, read
from ketamine_guide.nlu.windows import windows

# Lone surrogates included: JSON can bring them.
ANY_TEXT = st.text(st.characters())
# What clauses are cut and known by, in any order.
PIECES = [
    "how",
    "and",
    "and also",
    "plus",
    "n",
    "&",
    "?",
    ".",
    ";",
    ",",
    "1)",
    "2.",
    "\n",
    " ",
    "is it",
    "im",
    "tell me",
]
BUSY_TEXT = st.lists(st.sampled_from([*PIECES, "ketamine", "ß", "💊"]), max_size=60).map(" ".join)
ASKED = ["how long is a session", "what does it cost", "is it safe", "can i eat before", "who gives it", "does it hurt"]
TITLES = ["Is it FDA-approved?", "How often are booster sessions?", "What about addiction?"]
ENDLESS = 20


@pytest.fixture
def not_forever() -> Iterator[None]:
    """Ends a test that would hang the whole run; what it guards takes milliseconds."""

    def give_up(*_: object) -> None:
        raise AssertionError("reading this message does not come to an end")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(ENDLESS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("How long is it, and what does it cost?", ["How long is it", "what does it cost?"]),
        ("how long is it and also do they check my bp", ["how long is it", "do they check my bp"]),
        ("1) how long 2) how much", ["how long", "how much"]),
        ("how long is it\nhow much is it", ["how long is it", "how much is it"]),
        ("does it hurt n can i eat before", ["does it hurt", "can i eat before"]),
        ("does it hurt & can i eat before", ["does it hurt", "can i eat before"]),
        ("Is it safe; who gives it?", ["Is it safe;", "who gives it?"]),
        ("My hips are bad. Been on pills since 2009. Does it make you sick?", ["Does it make you sick?"]),
        ("Nice to meet you. I was wondering about the cost. Bye then.", ["I was wondering about the cost."]),
        ("Nausea? Dizziness?", ["Nausea?", "Dizziness?"]),
        ("How long is it, and may I drive after?", ["How long is it", "may I drive after?"]),
        ("how long is one and over how many weeks do they go", ["how long is one", "over how many weeks do they go"]),
        ("I took it for years, in which case I slept badly", []),
    ],
)
def test_a_message_is_cut_into_its_questions(text: str, clauses: list[str]) -> None:
    assert questions(text) == clauses


@pytest.mark.parametrize(
    "text", ["", "  ", "?", "how long is it", " how long is it? ", "is it safe and legal", "nausea and dizziness?"]
)
def test_a_single_clause_is_not_cut(text: str) -> None:
    assert questions(text) == []


@given(st.lists(st.sampled_from(ASKED), min_size=2, max_size=5, unique=True), st.data())
def test_questions_come_apart_as_they_were_joined(asked: list[str], data: st.DataObject) -> None:
    text = asked[0]
    for question in asked[1:]:
        text += data.draw(st.sampled_from(["? ", "\n", " and ", ", and also ", " plus ", ", ", ". "])) + question
    assert [clause.rstrip("?.") for clause in questions(text)] == asked


@given(st.one_of(ANY_TEXT, BUSY_TEXT))
def test_clauses_stand_in_any_text_in_their_order(text: str) -> None:
    clauses = [" ".join(clause.split()) for clause in questions(text)]
    assert len(clauses) <= 12
    place, said = 0, " ".join(text.split())
    for clause in clauses:
        place = said.index(clause, place) + len(clause)


def test_of_a_flood_of_questions_the_first_dozen_is_read() -> None:
    flood = [f"is number {number} safe?" for number in range(40)]
    assert questions(" ".join(flood)) == flood[:12]


@pytest.mark.usefixtures("not_forever")
@pytest.mark.parametrize(
    "text",
    ["how? " + "and also " * 60 + "that", "how? a" + " " * 100_000 + "b", "how? a" + " \n" * 100_000 + "b"],
    ids=["joining words", "spaces", "lines"],
)
def test_repetition_does_not_hold_up_the_guide(text: str) -> None:
    assert questions(text)[0] == "how?"


@pytest.mark.parametrize(
    "text",
    [
        "and the nasal one?",
        "how long does that take?",
        "what about side effects?",
        "is that safe if I'm breastfeeding?",
        "tell me more",
        "Why?",
        "so do all of the clinics do it",
        "what else should somebody like me know",
    ],
)
def test_what_opens_or_points_like_a_follow_up_leans(text: str) -> None:
    assert leans(text)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "does ketamine raise blood pressure in older people", "can pregnant women get ketamine for depression"],
)
def test_what_stands_by_itself_does_not_lean(text: str) -> None:
    assert not leans(text)


@given(st.lists(st.sampled_from(["and", "it", "that", "why", "ketamine"]), min_size=10, max_size=80))
def test_a_long_message_never_leans(words: list[str]) -> None:
    assert not leans(" ".join(words))


@given(ANY_TEXT)
def test_space_around_it_does_not_make_a_text_lean(text: str) -> None:
    assert leans(text) == leans(f"\n {text} ")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 0),
        ("2.", 1),
        ("3)", 2),
        ("#2", 1),
        ("no. 2", 1),
        ("number 3", 2),
        ("option two", 1),
        ("The first one", 0),
        ("second", 1),
        ("the last", 2),
        ("is it fda approved", None),
        ("Is it FDA-approved?", 0),
        ("  IS IT FDA-APPROVED", 0),
        ("how often are booster sessions", 1),
        ("what about addiction?!", 2),
        ("4", None),
        ("0", None),
        ("12", None),
        ("i had 2", None),
        ("the first infusion", None),
        ("addiction", None),
        ("", None),
    ],
)
def test_a_button_is_chosen_by_its_words_or_number(text: str, number: int | None) -> None:
    assert choice(text, TITLES) == number


@pytest.mark.parametrize(("text", "number"), [("last", 0), ("1", 0), ("2", None), ("third", None)])
def test_a_number_beyond_the_buttons_chooses_none(text: str, number: int | None) -> None:
    assert choice(text, TITLES[:1]) == number


@pytest.mark.parametrize("text", ["1", "last", "second", ""])
def test_without_buttons_nothing_is_chosen(text: str) -> None:
    assert choice(text, []) is None


@given(ANY_TEXT, st.lists(ANY_TEXT, max_size=4))
def test_a_choice_is_one_of_the_buttons(text: str, titles: list[str]) -> None:
    chosen = choice(text, titles)
    assert chosen is None or 0 <= chosen < len(titles)


def test_a_message_that_leans_is_read_behind_the_question() -> None:
    reading = read("for how long?", question="Can it cause nausea?", more="ask_dizziness")
    assert reading == Reading(("for how long?",), (), behind("Can it cause nausea?", "for how long?"), "ask_dizziness")
    assert reading.texts() == ["for how long?", "Can it cause nausea? for how long?"]


def test_a_message_that_does_not_lean_stands_for_itself() -> None:
    text = "can pregnant women get ketamine for depression"
    assert read(text, question="Can it cause nausea?") == read(text)
    assert read(text).in_context is None


@given(st.one_of(ANY_TEXT, BUSY_TEXT, st.integers(140, 400).map("word ".__mul__)), st.sampled_from([None, *TITLES]))
def test_any_text_is_read_once_each_and_the_message_first(text: str, question: str | None) -> None:
    reading = read(text, question=question)
    texts = reading.texts()
    assert texts[0] == reading.windows[0] == windows(text)[0]
    assert len(set(texts)) == len(texts)
    assert set(texts) >= {*reading.windows, *reading.clauses, *filter(None, [reading.in_context])}
