"""The screen's verdict: from two layers, from one of them, and from neither."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketamine_guide.content.library import DATA
from ketamine_guide.crisis import screen as screen_module
from ketamine_guide.crisis.lexicon import KINDS, read
from ketamine_guide.crisis.rules import Finding, Rules
from ketamine_guide.crisis.screen import CHECK_IN, CRISIS, NONE, Screen, Thresholds, decide
from ketamine_guide.nlu.text_model import Floats, TextModel

LEXICONS = [read(path) for path in sorted((DATA / "crisis").glob("lexicon.*.yml"))]
RULES = Rules(LEXICONS)
THRESHOLDS = Thresholds(crisis=0.5, check_in=0.2, doubt=0.1)
SURE, HINT, NOTHING = Finding("active", True, "en", ("want to die",)), Finding("active"), Finding()
SCORES = {"none": None, "low": 0.05, "mid": 0.3, "high": 0.8}
LIMIT = 0.05
SECRET = "zebra"


def _scored(score: float | None, kind: str = "passive") -> dict[str, float] | None:
    return None if score is None else {kind: score, "other": 1 - score}


# The decision.


@pytest.mark.parametrize(
    ("finding", "score", "level"),
    [
        (SURE, "none", CRISIS),
        (SURE, "low", CHECK_IN),
        (SURE, "mid", CRISIS),
        (SURE, "high", CRISIS),
        (HINT, "none", CHECK_IN),
        (HINT, "low", NONE),
        (HINT, "mid", CHECK_IN),
        (HINT, "high", CRISIS),
        (NOTHING, "none", NONE),
        (NOTHING, "low", NONE),
        (NOTHING, "mid", CHECK_IN),
        (NOTHING, "high", CRISIS),
    ],
)
def test_the_two_layers_make_one_level(finding: Finding, score: str, level: str) -> None:
    verdict = decide(finding, _scored(SCORES[score]), THRESHOLDS)
    assert verdict.level == level
    assert verdict.score == SCORES[score]


@pytest.mark.parametrize(
    ("finding", "score", "level"),
    [(NOTHING, 0.5, CRISIS), (NOTHING, 0.2, CHECK_IN), (SURE, 0.1, CRISIS)],
)
def test_each_level_begins_at_its_threshold(finding: Finding, score: float, level: str) -> None:
    assert decide(finding, _scored(score), THRESHOLDS).level == level
    assert decide(finding, _scored(score - 0.001), THRESHOLDS).level != level


_share = st.floats(0, 1)


@given(score=st.none() | _share, crisis=_share, check_in=_share, doubt=_share)
def test_nothing_lowers_a_plain_statement_below_the_question(
    score: float | None, crisis: float, check_in: float, doubt: float
) -> None:
    assert decide(SURE, _scored(score), Thresholds(crisis, check_in, doubt)).level in {CRISIS, CHECK_IN}


def test_the_score_is_the_sum_of_the_kinds() -> None:
    probabilities = dict.fromkeys(KINDS, 0.12) | {"other": 0.4}
    verdict = decide(NOTHING, probabilities, THRESHOLDS)
    assert verdict.score == pytest.approx(0.6)
    assert verdict.level == CRISIS


def test_the_kind_is_the_rules_else_the_likeliest() -> None:
    probabilities = {"self_harm": 0.5, "passive": 0.3, "other": 0.2}
    assert decide(SURE, probabilities, THRESHOLDS).kind == "active"
    assert decide(HINT, probabilities, THRESHOLDS).kind == "active"
    assert decide(NOTHING, probabilities, THRESHOLDS).kind == "self_harm"


def test_staff_see_what_told() -> None:
    verdict = decide(SURE, {"self_harm": 0.5, "other": 0.2, "passive": 0.3}, THRESHOLDS)
    assert verdict.evidence == ("want to die", "self_harm 0.50", "passive 0.30")


def test_the_language_is_the_rules() -> None:
    assert decide(Finding("active", True, "es"), None, THRESHOLDS).language == "es"


# The layers. The model is a real one, of three classes that differ in one number of their vectors each.

_LABELS = ["active", "idiom", "other"]


def _vector(label: str) -> npt.NDArray[np.float32]:
    vector: npt.NDArray[np.float32] = np.eye(384, dtype=np.float32)[_LABELS.index(label)]
    return vector


_TAUGHT = [(f"{label} text {number}", label) for label in _LABELS for number in range(6)]
MODEL = TextModel.fit(
    [text for text, _ in _TAUGHT], np.stack([_vector(label) for _, label in _TAUGHT]), [label for _, label in _TAUGHT]
)
# A model whose weights do not fit the vectors, as after a half-written archive.
BROKEN_MODEL = dataclasses.replace(MODEL, meaning=np.zeros((3, 3), np.float32))


class BrokenRules(Rules):
    """Rules that fail, with the person's words in the error."""

    def look(self, text: str) -> Finding:
        raise RuntimeError(text)


class SlowRules(Rules):
    """Rules that take longer than the limit."""

    def look(self, text: str) -> Finding:
        time.sleep(10 * LIMIT)
        return super().look(text)


class SlowModel(TextModel):
    """A model that takes longer than the limit."""

    def probabilities(self, texts: list[str], vectors: npt.NDArray[np.float32]) -> Floats:
        time.sleep(10 * LIMIT)
        return super().probabilities(texts, vectors)


BROKEN_RULES, SLOW_RULES, SLOW_MODEL = BrokenRules(LEXICONS), SlowRules(LEXICONS), SlowModel(**vars(MODEL))
PLAIN = "i want to kill myself"
GRAVE, HARMLESS = [("hm", _vector("active"))], [("hm", _vector("other"))]


def _screen(rules: Rules | None = RULES, model: TextModel | None = MODEL) -> Screen:
    return Screen(rules, model, THRESHOLDS)


def test_the_classifier_speaks_for_itself() -> None:
    assert _screen().judge("hm", GRAVE).level == CRISIS
    assert _screen().judge("hm", HARMLESS).level == NONE


def test_a_plain_statement_that_the_classifier_doubts_is_asked_about() -> None:
    verdict = _screen().judge(PLAIN, HARMLESS)
    assert verdict.score is not None
    assert verdict.score < THRESHOLDS.doubt
    assert verdict.level == CHECK_IN


def test_the_gravest_piece_of_a_long_message_decides() -> None:
    for pieces in (HARMLESS + GRAVE + HARMLESS, GRAVE + HARMLESS, HARMLESS + GRAVE):
        assert _screen().judge("hm", pieces).level == CRISIS


def test_without_vectors_the_rules_decide() -> None:
    verdict = _screen().judge(PLAIN, [])
    assert (verdict.level, verdict.kind, verdict.score) == (CRISIS, "active", None)
    assert _screen().judge("hello", []).level == NONE


def test_when_the_rules_fail_the_classifier_decides() -> None:
    screen = _screen(rules=BROKEN_RULES)
    assert screen.judge("hm", GRAVE).level == CRISIS
    assert screen.judge(PLAIN, HARMLESS).level == NONE


def test_when_the_classifier_fails_the_rules_decide() -> None:
    screen = _screen(model=BROKEN_MODEL)
    assert screen.judge(PLAIN, HARMLESS).level == CRISIS
    assert screen.judge("hm", GRAVE).level == NONE


def test_a_layer_that_is_missing_is_left_out() -> None:
    assert _screen(rules=None).judge("hm", GRAVE).level == CRISIS
    assert _screen(model=None).judge(PLAIN, HARMLESS).level == CRISIS


@pytest.mark.parametrize(
    ("rules", "model", "pieces", "level"),
    [
        (SLOW_RULES, MODEL, GRAVE, CRISIS),
        (SLOW_RULES, MODEL, HARMLESS, NONE),
        (RULES, SLOW_MODEL, HARMLESS, CRISIS),
        (SLOW_RULES, SLOW_MODEL, HARMLESS, CRISIS),
    ],
    ids=["slow rules, grave", "slow rules, harmless", "slow model", "both slow"],
)
def test_a_layer_that_takes_too_long_is_left_out_in_time(
    monkeypatch: pytest.MonkeyPatch,
    rules: Rules,
    model: TextModel,
    pieces: list[tuple[str, npt.NDArray[np.float32]]],
    level: str,
) -> None:
    monkeypatch.setattr(screen_module, "_SECONDS", LIMIT)
    screen = _screen(rules, model)
    started = time.monotonic()
    verdict = screen.judge(PLAIN, pieces)
    assert time.monotonic() - started < 5 * LIMIT
    assert verdict.level == level


@pytest.mark.parametrize(
    ("rules", "model"),
    [(None, None), (BROKEN_RULES, None), (None, BROKEN_MODEL), (BROKEN_RULES, BROKEN_MODEL)],
    ids=["both missing", "rules broken", "model broken", "both broken"],
)
@pytest.mark.parametrize(
    ("text", "level"),
    [
        (PLAIN, CRISIS),
        ("I Want To Kill Myself!", CRISIS),
        ("I don't want to live", CRISIS),
        ("I don’t want to live", CRISIS),
        ("quiero morir", CRISIS),
        ("hello", NONE),
        ("", NONE),
    ],
)
def test_with_both_gone_the_plain_list_decides(
    rules: Rules | None, model: TextModel | None, text: str, level: str
) -> None:
    assert _screen(rules, model).judge(text, GRAVE).level == level


WHOLE, BROKEN = _screen(), _screen(BROKEN_RULES, BROKEN_MODEL)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_no_text_is_too_odd_to_judge(text: str) -> None:
    for screen in (WHOLE, BROKEN):
        verdict = screen.judge(text, [(text, _vector("other"))])
        assert verdict.level in {CRISIS, CHECK_IN, NONE}
        assert verdict.kind in KINDS


def test_what_fails_is_logged_and_no_words_are(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    _screen(BROKEN_RULES, BROKEN_MODEL).judge(f"{PLAIN} {SECRET}", [(SECRET, _vector("other"))])
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert "RuntimeError" in caplog.text
    monkeypatch.setattr(screen_module, "_SECONDS", LIMIT)
    _screen(SLOW_RULES, None).judge(f"{PLAIN} {SECRET}", [])
    assert "took longer" in caplog.text
    assert SECRET not in caplog.text
    assert "kill" not in caplog.text


def test_a_verdict_reached_as_it_should_be_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert _screen().judge(f"{PLAIN} {SECRET}", GRAVE).level == CRISIS
    assert not caplog.records


@pytest.mark.parametrize("numbers", [{"crisis": "0.5"}, {"check_in": None}, {"doubt": "low"}, {"crisis": 50}])
def test_thresholds_that_are_no_probabilities_are_refused(numbers: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        Thresholds(**{"crisis": 0.5, "check_in": 0.2, "doubt": 0.1, **numbers})  # type: ignore[arg-type]


def test_layers_that_hang_do_not_use_up_the_threads_of_later_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen_module, "_SECONDS", LIMIT)
    screen = _screen(rules=SLOW_RULES)
    for _ in range(6):
        screen.judge(PLAIN, [])
    assert screen.judge("hm", GRAVE).level == CRISIS


def test_grave_words_in_harmless_surroundings_are_asked_about_unless_danger_is_at_hand() -> None:
    excused = Finding(excused=("active",))
    assert decide(excused, {"active": 0.9, "idiom": 0.1}, THRESHOLDS).level == CHECK_IN
    assert decide(excused, {"imminent": 0.9, "denial": 0.1}, THRESHOLDS).level == CRISIS
    assert decide(excused, {"active": 0.01, "idiom": 0.99}, THRESHOLDS).level == NONE
    assert decide(Finding(), {"active": 0.9, "idiom": 0.1}, THRESHOLDS).level == CRISIS


def test_who_denies_a_wish_to_die_has_said_nothing_of_self_harm() -> None:
    heard = {"self_harm": 0.8, "denial": 0.2}
    assert decide(Finding(excused=("active",)), heard, THRESHOLDS).level == CRISIS
    assert decide(Finding(excused=("active", "self_harm")), heard, THRESHOLDS).level == CHECK_IN
    assert decide(Finding(excused=("self_harm",)), heard, THRESHOLDS).level == CHECK_IN
    assert decide(Finding(figurative=True), heard, THRESHOLDS).level == CHECK_IN


@pytest.mark.parametrize(
    ("score", "ordinary", "level"),
    [(0.4, 0.9, NONE), (0.4, 0.5, CHECK_IN), (0.9, 0.9, CRISIS), (0.4, 0.0, CHECK_IN)],
)
def test_mild_doubts_about_a_surely_ordinary_question_are_not_asked_about(
    score: float, ordinary: float, level: str
) -> None:
    thresholds = Thresholds(crisis=0.5, check_in=0.3, doubt=0.1, ordinary=0.7)
    assert decide(Finding(), {"active": score, "other": 1 - score}, thresholds, ordinary).level == level


def test_a_rule_is_never_outweighed_by_an_ordinary_question() -> None:
    thresholds = Thresholds(crisis=0.5, check_in=0.3, doubt=0.1, ordinary=0.7)
    sure = Finding(kind="active", sure=True)
    assert decide(sure, {"active": 0.2, "other": 0.8}, thresholds, 0.99).level == CRISIS
    assert decide(sure, {"active": 0.01, "other": 0.99}, thresholds, 0.99).level == CHECK_IN


@pytest.mark.parametrize(
    ("finding", "idiom", "crisis", "level"),
    [
        (Finding(), 0.45, 0.4, NONE),
        (Finding(), 0.35, 0.4, CHECK_IN),
        (Finding(), 0.45, 0.55, CRISIS),
        (Finding(figurative=True), 0.1, 0.4, NONE),
        (Finding(figurative=True), 0.1, 0.9, CHECK_IN),
        (SURE, 0.45, 0.4, CRISIS),
    ],
)
def test_a_figure_of_speech_outweighs_mild_doubts_alone(
    finding: Finding, idiom: float, crisis: float, level: str
) -> None:
    thresholds = Thresholds(crisis=0.5, check_in=0.3, doubt=0.1, figurative=0.4)
    assert decide(finding, {"active": crisis, "idiom": idiom}, thresholds).level == level


def test_danger_at_hand_outweighs_a_figure_of_speech() -> None:
    thresholds = Thresholds(crisis=0.5, check_in=0.3, doubt=0.1, figurative=0.4)
    assert decide(Finding(figurative=True), {"imminent": 0.6, "idiom": 0.4}, thresholds).level == CRISIS
