"""The rules, with the real lexicons: plain statements are found, look-alikes are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from ketamine_guide.content.library import DATA
from ketamine_guide.crisis.lexicon import LexiconError, read
from ketamine_guide.crisis.rules import Phrases, Rules

LEXICONS = [read(path) for path in sorted((DATA / "crisis").glob("lexicon.*.yml"))]
RULES = Rules(LEXICONS)
PHRASES = [
    (name, phrase, one.compile(phrase))
    for one in LEXICONS
    for name in one.groups
    for phrase in one.groups[name].phrases
]
VOCAB = Vocab()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("i want to kill myself", "active"),
        ("I WANT TO KILL MYSELF", "active"),
        ("im suicidal", "active"),
        ("i get suicidal thoughts", "active"),
        ("how long is a session? also i want to die", "active"),
        ("i don't want to live anymore", "passive"),
        ("I dont wanna be here anymore", "passive"),
        ("i wish i were dead", "passive"),
        ("everyone would be better off without me", "passive"),
        ("no reason to live", "passive"),
        ("I’m going to kill myself tonight", "imminent"),
        ("i took all my pills", "imminent"),
        ("i cut myself again", "self_harm"),
        ("i want to hurt myself", "self_harm"),
        ("my daughter wants to kill herself", "third_party"),
        ("my son seems suicidal", "third_party"),
    ],
)
def test_a_plain_statement_in_english_is_found(text: str, kind: str) -> None:
    finding = RULES.look(text)
    assert (finding.kind, finding.sure, finding.language) == (kind, True, "en")
    assert finding.evidence


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("quiero morir", "active"),
        ("quiero matarme", "active"),
        ("tengo pensamientos suicidas", "active"),
        ("kiero morir", "active"),
        ("ya no quiero vivir", "passive"),
        ("no quiero vivir más", "passive"),
        ("no quiero vivir mas", "passive"),
        ("ojalá no despertara mañana", "passive"),
        ("ojala no despertara manana", "passive"),
        ("me voy a quitar la vida", "imminent"),
        ("esta noche me mato", "imminent"),
        ("me corto los brazos", "self_harm"),
        ("mi hijo dice que se quiere matar", "third_party"),
    ],
)
def test_a_plain_statement_in_spanish_is_found_with_and_without_accents(text: str, kind: str) -> None:
    finding = RULES.look(text)
    assert (finding.kind, finding.sure, finding.language) == (kind, True, "es")
    assert finding.evidence


@pytest.mark.parametrize(
    "text",
    [
        "i want to k i l l myself",
        "want to k i l l m y s e l f",
        "i want to d i e",
        "i want to k.i.l.l myself",
        "i wanna k1ll mys3lf",
        "i want to k!ll myself",
        "i want to k*ll myself",
        "i want to d!e",
        "i want to dieeeeee",
        "I'm su1c1dal",
        "i am s u i c i d a l",
        "i want to d\u200bie",
        "I\u0301 want to d\u0301ie",
        "i want to ｄｉｅ",
        "i want\x00to die",
        "<b>i want to die</b>",
    ],
)
def test_a_disguise_hides_nothing(text: str) -> None:
    finding = RULES.look(text)
    assert (finding.kind, finding.sure) == ("active", True)


@pytest.mark.parametrize(
    "text",
    [
        "i am going to kill myself",
        "i'm going to kill myself",
        "im gonna kill myself",
        "i’m gonna kill my self",
        "i will kill myself",
        "i'll kill myself",
    ],
)
def test_a_contraction_is_its_long_form(text: str) -> None:
    assert RULES.look(text).kind == "active"


@pytest.mark.parametrize(
    ("excused", "and_then", "kind"),
    [
        ("i'm not suicidal", "i want to die", "active"),
        ("i am not going to kill myself", "i took all my pills", "imminent"),
        ("i don't want to die", "i want to hurt myself", "self_harm"),
        ("i used to feel suicidal", "i want to die", "active"),
        ("years ago i was suicidal", "i'm suicidal", "active"),
        ("i wanted to die laughing", "i want to kill myself", "active"),
        ("i cut myself shaving", "i cut myself again", "self_harm"),
        ("sick of living in this city", "i wish i was dead", "passive"),
        ("does ketamine help with suicidal thoughts", "i have suicidal thoughts", "active"),
        ("do infusions help people who are suicidal", "i am suicidal", "active"),
        ("no quiero morir", "quiero matarme", "active"),
        ("no tengo ideas suicidas", "ya no quiero vivir", "passive"),
        ("quiero morir de risa", "quiero morir", "active"),
        ("el spray ayuda con pensamientos suicidas", "tengo pensamientos suicidas", "active"),
    ],
)
def test_what_excuses_a_phrase_excuses_only_what_it_touches(excused: str, and_then: str, kind: str) -> None:
    found = RULES.look(excused)
    assert (found.kind, found.sure, found.evidence) == (None, False, ())
    assert RULES.look(f"{excused}. {and_then}").kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "no, i want to die",
        "no, i want to kill myself",
        "no. i want to kill myself",
        "no i want to kill myself",
        "not just tired, i want to die",
        "i'm not ok. i want to kill myself",
        "i'm not ok i want to kill myself",
        "i can't sleep i want to kill myself",
        "i'm not ok. i feel suicidal",
        "i'm not ok i feel suicidal",
        "i am not ok i am suicidal",
        "no. quiero morir",
    ],
)
def test_a_no_that_is_about_something_else_denies_nothing(text: str) -> None:
    assert RULES.look(text).sure


@pytest.mark.parametrize(
    "text",
    [
        "i can't stop thinking about suicide",
        "i can't stop thinking about killing myself",
        "i can't stop wanting to kill myself",
    ],
)
def test_not_being_able_to_stop_is_no_denial(text: str) -> None:
    assert RULES.look(text).sure


@pytest.mark.parametrize(
    "text",
    [
        "i am going to kill myself with a gun",
        "i will kill myself if this does not work",
        "i cut myself on purpose",
        "i want to die my husband left me",
        "i want to die it hurts too much",
    ],
)
def test_how_and_why_excuse_nothing(text: str) -> None:
    assert RULES.look(text).kind is not None


@pytest.mark.parametrize(
    "text",
    [
        "what does the research say about suicide?",
        "no suicidal thoughts",
        "i'm dying to know how it feels",
        "i nearly died laughing",
        "i want to die of embarrassment",
        "i don't want to be here at work",
        "how do i stop ketamine",
        "no me quiero matar",
        "quiero matarme estudiando",
        "quiero cortarme el pelo",
        "me muero de risa",
        "hello",
        "hola, buenos días",
        "",
        "   ",
        "🙏 ?!",
    ],
)
def test_a_look_alike_is_not_found(text: str) -> None:
    finding = RULES.look(text)
    assert (finding.kind, finding.sure, finding.evidence) == (None, False, ())


@pytest.mark.parametrize(
    "text",
    [
        "i don't want to kill myself",
        "i am not planning to kill myself",
        "i'm not thinking of hurting myself",
        "i have never wanted to hurt myself",
        "no thoughts of hurting myself",
        "i am not at all suicidal",
        "i don't feel suicidal",
        "i cut myself on a knife",
        "i want to die my hair blue",
        "i don't have any suicidal thoughts",
    ],
)
def test_a_plain_denial_is_believed(text: str) -> None:
    assert RULES.look(text).kind is None


@pytest.mark.parametrize("text", ["this exam makes me wanna kms lol", "end it all", "goodbye forever"])
def test_a_hint_is_not_sure(text: str) -> None:
    finding = RULES.look(text)
    assert (finding.kind, finding.sure) == ("active", False)


def test_a_hint_beside_a_plain_statement_takes_nothing_from_it() -> None:
    assert RULES.look("kms. i wish i was dead").sure


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("i wish i was dead and i'm going to kill myself tonight", "imminent"),
        ("my son is suicidal, and i cut myself again", "self_harm"),
        ("i cut myself again. i wish i was dead", "passive"),
        ("i don't want to live anymore. i want to kill myself", "active"),
    ],
)
def test_the_gravest_kind_is_named_with_its_own_evidence(text: str, kind: str) -> None:
    finding = RULES.look(text)
    assert finding.kind == kind
    assert all(RULES.look(words).kind in {kind, "active"} for words in finding.evidence)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("how long does it take", "en"),
        ("cuánto dura la sesión", "es"),
        ("i want to die, ya no puedo", "en"),
        ("estoy muy cansada de todo, i want to die", "es"),
        ("xyzzy", "en"),
    ],
)
def test_the_language_is_the_one_with_more_of_its_common_words(text: str, language: str) -> None:
    assert RULES.look(text).language == language


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_surroundings_hide_a_disclosure(noise: str) -> None:
    assert RULES.look(f"{noise} . i want to kill myself").sure


def test_no_length_hides_a_disclosure() -> None:
    assert RULES.look("x " * 9_000 + "i want to kill myself").sure


def test_without_a_lexicon_there_are_no_rules() -> None:
    with pytest.raises(LexiconError, match="no lexicon"):
        Rules([])


@pytest.mark.parametrize(
    ("text", "excused"),
    [
        ("i want to die these shoes red", True),
        ("in the movie the villain wants to kill himself", True),
        ("i am not suicidal", True),
        ("i want to die", False),
        ("i am not suicidal. i want to die", False),
        ("hello", False),
    ],
)
def test_it_says_when_grave_words_were_all_in_harmless_surroundings(text: str, excused: bool) -> None:
    assert bool(RULES.look(text).excused) is excused


@pytest.mark.parametrize(
    ("text", "figurative"),
    [
        ("i burned myself while cooking", True),
        ("in the movie the villain keeps saying he wants to die", True),
        ("i burned myself while cooking and i want to kill myself", False),
        ("i burned myself last night", False),
        ("how long does a session take", False),
    ],
)
def test_it_says_when_a_figure_of_speech_or_an_accident_stands_alone(text: str, figurative: bool) -> None:
    assert RULES.look(text).figurative is figurative


ALL_AT_ONCE, WHERE_THEY_MAY_STAND = Matcher(VOCAB), Phrases(VOCAB, [(name, pattern) for name, _, pattern in PHRASES])
for _name, _, _pattern in PHRASES:
    ALL_AT_ONCE.add(_name, [_pattern])
ITS_WORDS = st.sampled_from(
    [word for _, _, pattern in PHRASES for part in pattern for word in part.get("ORTH", {}).get("IN", ["so"])]
)
ITS_PIECES = st.sampled_from(
    [[part["ORTH"]["IN"][-1] for part in pattern if "ORTH" in part] for _, _, pattern in PHRASES]
)


@given(st.lists(st.lists(ITS_WORDS, max_size=3) | ITS_PIECES, max_size=5))
def test_no_phrase_is_passed_over_because_it_was_not_looked_for(pieces: list[list[str]]) -> None:
    doc = Doc(VOCAB, words=[word for piece in pieces for word in piece])
    at_once = {(VOCAB.strings[name], start, end) for name, start, end in ALL_AT_ONCE(doc)}
    assert set(WHERE_THEY_MAY_STAND.find(doc)) == at_once


def test_a_phrase_of_nothing_but_what_may_be_missing_is_refused() -> None:
    with pytest.raises(LexiconError, match="soft"):
        Phrases(VOCAB, [("soft", LEXICONS[0].compile("maybe? ..."))])
