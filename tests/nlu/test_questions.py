"""What is answered follows from the probabilities, and from nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ketamine_guide.nlu.entities import Entity
from ketamine_guide.nlu.questions import MORE, Context, Question, Ranking, Thresholds, find

THRESHOLDS = Thresholds(
    sure=0.25,
    clause=0.45,
    told=0.45,
    alone=0.6,
    second=0.35,
    related=0.4,
    beside=0.6,
    alone_intents=("urgent_symptoms", "under_18"),  # the gravest first
)
COST, LENGTH, NAUSEA, SAFE = "ask_cost", "ask_session_length", "ask_nausea", "ask_is_it_safe"
DRIVING, SYMPTOM, CONDITION = "cannot_driving", "cannot_interpret_symptom", "cannot_medical_condition"
NAUSEA_NAMED = Entity("side_effect", "nausea", 0, 6, topic=NAUSEA)
SPRAY_NAMED = Entity("route", "nasal", 0, 5, instead={LENGTH: "ask_spravato", COST: "ask_spravato"})
WEEKS_NAMED = Entity("weeks", "14", 0, 8, instead={"under_18": "ask_pregnancy"})

NAMES = [COST, LENGTH, NAUSEA, DRIVING, SYMPTOM, CONDITION, "urgent_symptoms", "under_18", "greet", MORE, "off_topic"]
RANKINGS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.floats(0, 1)), min_size=1, max_size=10, unique_by=lambda guess: guess[0]
).map(lambda guesses: sorted(guesses, key=lambda guess: -guess[1]))
CONTEXTS = st.builds(Context, st.none() | RANKINGS, st.none() | st.just("ask_bladder"))
NAMED = st.lists(st.sampled_from([NAUSEA_NAMED, SPRAY_NAMED, WEEKS_NAMED]), max_size=3)


def _found(
    whole: Ranking, *clauses: Ranking, context: Context | None = None, named: tuple[Entity, ...] = ()
) -> tuple[Question, ...]:
    return find(whole, list(clauses), context or Context(), named, THRESHOLDS)


def _names(questions: tuple[Question, ...]) -> list[str]:
    return [question.name for question in questions]


@pytest.mark.parametrize("name", [COST, DRIVING, "greet", "feeling_low"])
def test_what_is_likely_enough_is_believed(name: str) -> None:
    assert _found([(name, 0.25), (LENGTH, 0.01)]) == (Question(name),)


def test_what_is_not_is_not_understood() -> None:
    assert _found([(COST, 0.24), (LENGTH, 0.01)]) == ()


def test_a_topic_that_is_nearly_as_likely_is_answered_briefly_too() -> None:
    assert _found([(COST, 0.5), (LENGTH, 0.18)]) == (Question(COST), Question(LENGTH, brief=True))
    assert _found([(COST, 0.5), (LENGTH, 0.17)]) == (Question(COST),)


def test_beside_a_refusal_it_must_be_likelier() -> None:
    assert _found([(COST, 0.5), (DRIVING, 0.31)]) == (Question(COST), Question(DRIVING, brief=True))
    assert _found([(DRIVING, 0.5), (COST, 0.31)]) == (Question(DRIVING), Question(COST, brief=True))
    assert _found([(DRIVING, 0.5), (COST, 0.29)]) == (Question(DRIVING),)


def test_beside_a_refusal_what_helps_with_it_need_not_be_so_likely() -> None:
    thresholds = replace(THRESHOLDS, helping={DRIVING: [LENGTH]})
    for whole in ([(DRIVING, 0.5), (LENGTH, 0.21)], [(LENGTH, 0.5), (DRIVING, 0.21)]):
        assert len(find(whole, [], Context(), (), thresholds)) == 2
    for whole in ([(DRIVING, 0.5), (LENGTH, 0.19)], [(DRIVING, 0.5), (COST, 0.21)]):
        assert len(find(whole, [], Context(), (), thresholds)) == 1


@pytest.mark.parametrize("second", [SYMPTOM, "greet", "urgent_symptoms"])
def test_nothing_else_is_answered_beside_a_refusal(second: str) -> None:
    assert _found([(DRIVING, 0.5), (second, 0.5)]) == (Question(DRIVING),)


def test_small_talk_is_answered_alone() -> None:
    assert _found([("greet", 0.5), (COST, 0.5)]) == (Question("greet"),)


def test_several_clauses_are_answered_in_their_order_the_third_briefly() -> None:
    found = _found([(COST, 0.9)], [(NAUSEA, 0.9)], [(DRIVING, 0.5)], [(COST, 0.9)], [(LENGTH, 0.9)])
    assert found == (Question(NAUSEA), Question(DRIVING), Question(COST, brief=True))


def test_a_question_asked_twice_is_answered_once() -> None:
    assert _found([(COST, 0.9)], [(COST, 0.9)], [(NAUSEA, 0.9)], [(COST, 0.8)]) == (Question(COST), Question(NAUSEA))


def test_a_clause_that_is_unsure_is_left_out() -> None:
    assert _found([(COST, 0.9)], [(COST, 0.9)], [(NAUSEA, 0.44)]) == (Question(COST),)


def test_the_one_question_in_a_message_of_small_talk_is_answered() -> None:
    assert _found([("greet", 0.9)], [("greet", 0.9)], [(NAUSEA, 0.6)]) == (Question(NAUSEA),)
    assert _found([("greet", 0.1)], [("feeling_low", 0.9)], [(NAUSEA, 0.6)]) == (Question(NAUSEA),)


def test_of_one_believed_clause_and_a_sure_whole_the_whole_counts() -> None:
    assert _found([(DRIVING, 0.9)], [(NAUSEA, 0.6)], [("greet", 0.9)]) == (Question(DRIVING),)


def test_of_two_that_stand_alone_the_gravest_is_answered() -> None:
    for whole, clause in (("under_18", "urgent_symptoms"), ("urgent_symptoms", "under_18")):
        assert _found([(whole, 0.9)], [(clause, 0.9)]) == (Question("urgent_symptoms"),)


def test_an_emergency_in_any_clause_is_answered_alone() -> None:
    assert _found([(COST, 0.9)], [(COST, 0.9)], [("urgent_symptoms", 0.5)]) == (Question("urgent_symptoms"),)
    assert _found([("urgent_symptoms", 0.3), (NAUSEA, 0.3)], [(COST, 0.9)], [(NAUSEA, 0.9)]) == (
        Question("urgent_symptoms"),
    )


def test_a_message_that_stands_for_itself_is_not_read_in_context() -> None:
    assert _found([(COST, 0.6)], context=Context([(LENGTH, 1.0)])) == (Question(COST),)


def test_one_that_does_not_is_read_in_context() -> None:
    assert _found([(COST, 0.3), (LENGTH, 0.1)], context=Context([(LENGTH, 0.9)]))[0] == Question(LENGTH)
    assert _found([(COST, 0.1)], context=Context([(LENGTH, 0.9)])) == (Question(LENGTH),)


def test_tell_me_more_goes_on_with_the_next_topic() -> None:
    assert _found([(MORE, 0.9)], context=Context(more=NAUSEA)) == (Question(NAUSEA),)
    assert _found([(MORE, 0.9)]) == (Question(MORE),)


@pytest.mark.parametrize("refused", [SYMPTOM, CONDITION])
def test_beside_a_refusal_what_the_document_says_of_the_named_is_answered(refused: str) -> None:
    assert _found([(refused, 0.9)], named=(NAUSEA_NAMED,)) == (Question(refused), Question(NAUSEA, brief=True))


def test_a_refusal_that_is_not_about_the_named_stands_alone() -> None:
    assert _found([(DRIVING, 0.9)], named=(NAUSEA_NAMED,)) == (Question(DRIVING),)
    assert _found([(SYMPTOM, 0.9)], named=(SPRAY_NAMED, WEEKS_NAMED)) == (Question(SYMPTOM),)


def test_what_is_named_brings_the_topic_that_fits_it() -> None:
    assert _found([(LENGTH, 0.9)], named=(SPRAY_NAMED,)) == (Question("ask_spravato"),)
    assert _found([(NAUSEA, 0.9)], named=(SPRAY_NAMED,)) == (Question(NAUSEA),)


def test_two_topics_that_become_one_are_answered_once() -> None:
    assert _found([(LENGTH, 0.5), (COST, 0.4)], named=(SPRAY_NAMED,)) == (Question("ask_spravato"),)
    assert _found([("ask_spravato", 0.5), (LENGTH, 0.4)], named=(SPRAY_NAMED,)) == (Question("ask_spravato"),)


def test_a_number_of_weeks_of_oneself_is_a_pregnancy_and_no_age() -> None:
    assert _found([("under_18", 0.9), (NAUSEA, 0.3)], named=(WEEKS_NAMED,)) == (Question("ask_pregnancy"),)
    assert _found([("under_18", 0.9), (NAUSEA, 0.3)]) == (Question("under_18"),)


@given(RANKINGS, st.lists(RANKINGS, max_size=12), CONTEXTS, NAMED)
@example([(LENGTH, 0.9)], [[(LENGTH, 0.9)], [(NAUSEA, 0.9)], [(COST, 0.9)]], Context(), [SPRAY_NAMED])
@example([("under_18", 0.9)], [[("under_18", 0.9)]], Context([("under_18", 0.9)]), [WEEKS_NAMED])
def test_whatever_was_guessed_a_few_known_things_are_answered_once_each(
    whole: Ranking, clauses: list[Ranking], context: Context, named: list[Entity]
) -> None:
    found = find(whole, clauses, context, named, THRESHOLDS)
    assert len(found) <= 3
    assert len(set(_names(found))) == len(found)
    assert set(_names(found)) <= {*NAMES, "ask_bladder", "ask_spravato", "ask_pregnancy"}
    assert not found or not found[0].brief


@given(RANKINGS, st.lists(RANKINGS, max_size=4), CONTEXTS)
def test_beside_an_emergency_nothing_is_ever_answered(whole: Ranking, clauses: list[Ranking], context: Context) -> None:
    sure = [[("urgent_symptoms", 0.45)], *clauses]
    assert find(whole, sure, context, [], replace(THRESHOLDS, alone_intents=("urgent_symptoms",))) == (
        Question("urgent_symptoms"),
    )


@given(RANKINGS, st.lists(RANKINGS, max_size=4))
def test_who_asks_for_certainty_that_is_never_there_gets_no_answer(whole: Ranking, clauses: list[Ranking]) -> None:
    never = Thresholds(sure=1.1, clause=1.1, told=1.1, alone=1.1, second=1.1, related=1.1, beside=1.1)
    assert find(whole, clauses, Context(), [], never) == ()
