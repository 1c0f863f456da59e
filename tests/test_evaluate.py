"""The evaluation counts what it should, tells a content owner what was missed, and refuses a set it can't read."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ketamine_guide import evaluate
from ketamine_guide.content.library import Library
from ketamine_guide.dialogue.wording import wording
from ketamine_guide.evaluate import OWN, main, summary, to_reply
from ketamine_guide.evaluation.figures import Bar, bars, calibration, confusions, counts, named
from ketamine_guide.evaluation.page import page
from ketamine_guide.evaluation.sets import (
    FollowUp,
    Question,
    Reply,
    Result,
    Several,
    answered_topics,
    is_right,
    judge,
    likeliest_is_right,
    read_set,
    turned_down,
)

EXPECTED = (re.compile("40 to 60", re.IGNORECASE),)
QUESTION = Question("q1", "how long?", "sms", "yes", "length", EXPECTED)
UNANSWERABLE = Question("q2", "what <b>dose</b>?", "faq", "no", "dose", ())
LENGTH, OTHER = "ask_session_length", "ask_nausea"
SOURCE = "\nSource: Treatment Protocol"

RIGHT = Result(QUESTION, Reply(f"It takes 40 to 60 minutes.{SOURCE}", likeliest=LENGTH, confidence=0.9))
WRONG = Result(QUESTION, Reply(f"It may cause <i>nausea</i>.{SOURCE}", ("A button",), likeliest=OTHER, confidence=0.4))
OFFERED = Result(QUESTION, Reply("I'm not sure.", ("How long?",), (OTHER, LENGTH)))
NOT_OFFERED = Result(QUESTION, Reply("I'm not sure.", ("Nausea?",), (OTHER,)))
REFUSED = Result(QUESTION, Reply("I can't say."))
TURNED_DOWN = Result(UNANSWERABLE, Reply("I can't talk about doses.", likeliest="cannot_dose", confidence=0.7))
NOT_TURNED_DOWN = Result(UNANSWERABLE, Reply(f"It takes 40 to 60 minutes.{SOURCE}"))


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (RIGHT, "right"),
        (WRONG, "wrong"),
        (OFFERED, "offered"),
        (NOT_OFFERED, "refused"),
        (REFUSED, "refused"),
        (Result(QUESTION, Reply("")), "refused"),
        (TURNED_DOWN, "right"),
        (NOT_TURNED_DOWN, "wrong"),
    ],
)
def test_a_reply_is_judged(result: Result, outcome: str) -> None:
    assert judge(result.question, result.reply) == result.outcome == outcome


def test_several_questions_need_all_answers_and_the_refusal(content: Library) -> None:
    refusal = content.intents["cannot_dose"].reply.format_map(wording())
    answer = f"It takes 40 to 60 minutes.{SOURCE}"
    plain, with_refusal = (Several("m1", "how long and what dose", EXPECTED, refused) for refused in (False, True))
    assert is_right(plain, Reply(answer))
    assert not is_right(plain, Reply(refusal))
    assert is_right(with_refusal, Reply(f"{refusal}\n{answer}"))
    assert not is_right(with_refusal, Reply(answer))
    assert not is_right(with_refusal, Reply(f"{refusal}\n40 to 60"))
    assert is_right(FollowUp("f1", ("drip?", "how long"), EXPECTED), Reply("40 TO 60"))


def test_what_a_reply_is_can_be_told_from_its_text(content: Library) -> None:
    first, second = content.topics[OTHER], content.topics[LENGTH]
    text = f"Hello.\n{second.answer}\n{first.answer_sms}{SOURCE}"
    assert answered_topics(text) == (LENGTH, OTHER)
    refusal = content.intents["cannot_dose"].reply.format_map(wording())
    assert turned_down(f"Hello.\n{refusal}") == ("cannot_dose",)
    assert named(Reply(f"{refusal}\n{text}")) == f"cannot_dose; {second.question}; {first.question}"
    assert named(OFFERED.reply) == "topics offered"
    assert named(REFUSED.reply) == "another reply"


def test_the_likeliest_intent_is_right_or_not() -> None:
    assert likeliest_is_right(QUESTION, LENGTH)
    assert not likeliest_is_right(QUESTION, OTHER)
    assert not likeliest_is_right(QUESTION, "cannot_dose")
    assert likeliest_is_right(UNANSWERABLE, "cannot_dose")
    assert not likeliest_is_right(UNANSWERABLE, LENGTH)


def _shares(results: Sequence[Result], **how: bool) -> list[tuple[int, int, float, bool]]:
    return [(bar.count, bar.of, bar.wanted, bar.is_met) for bar in bars(results, **how)]


def test_the_bars_are_met_or_not() -> None:
    results = [*[RIGHT] * 18, WRONG, OFFERED, TURNED_DOWN, NOT_TURNED_DOWN]
    assert _shares(results) == [(18, 20, 0.9, True), (1, 2, 0.9, False), (2, 22, 0.06, False), (1, 1, 0.8, True)]
    assert _shares(results, development=True)[0] == (18, 20, 0.93, False)
    in_part = Result(Question("q3", "how long?", "sms", "partial", "length", EXPECTED), REFUSED.reply)
    assert _shares([in_part]) == [(0, 1, 0.75, False), (0, 1, 0.06, True)]
    assert _shares([REFUSED, NOT_OFFERED, OFFERED])[-1] == (1, 2, 0.8, False)
    assert bars([]) == []


@pytest.mark.parametrize(("count", "of", "verdict"), [(0, 1, "too few to tell"), (0, 2, "NOT MET"), (2, 2, "met")])
def test_a_share_of_one_is_not_judged(count: int, of: int, verdict: str) -> None:
    assert Bar("", count, of, 0.8).verdict == verdict


def test_a_bar_is_met_on_its_edge() -> None:
    assert Bar("", 9, 10, 0.9).is_met
    assert Bar("", 1, 10, 0.1, at_least=False).is_met
    assert not Bar("", 2, 10, 0.1, at_least=False).is_met


def test_outcomes_and_confusions_are_counted() -> None:
    results = [RIGHT, WRONG, REFUSED, REFUSED, TURNED_DOWN]
    assert counts(results, lambda question: question.answerable) == {
        "no": Counter(right=1),
        "yes": Counter(right=1, wrong=1, refused=2),
    }
    assert confusions(results) == [("length", "another reply", 3)]


def test_calibration_groups_by_probability_and_leaves_out_what_has_none() -> None:
    assert calibration([REFUSED]) == []
    assert calibration([RIGHT, WRONG, REFUSED]) == [(0.4, 0.0, 1), (0.9, 1.0, 1)]
    many = calibration([*[RIGHT] * 30, *[WRONG] * 50])
    assert [right for _, right, _ in many] == [0, 0, 0, 0, 0, 1, 1, 1]
    assert sum(count for *_, count in many) == 80


def test_a_reply_has_its_text_its_buttons_and_what_the_classifier_made_of_it() -> None:
    replies = [
        {"text": "I'm not sure."},
        {"text": "One of these?", "buttons": [{"title": "N", "payload": f"/{OTHER}"}]},
    ]
    ranking = [{"name": name, "confidence": p} for name, p in (("check_in", 1.0), ("nlu_fallback", 0.5), (OTHER, 0.2))]
    assert to_reply(replies, ranking) == Reply("I'm not sure.\nOne of these?", ("N",), (OTHER,), OTHER, 0.2)
    assert to_reply([], [{"name": None, "confidence": 0.0}]) == Reply("")


class _Page(HTMLParser):
    """What the tests ask of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.append((tag, dict(attrs)))


def _page(results: list[Result]) -> str:
    several = [(Several("m1", "this & that", EXPECTED, True), Reply("<script>alert(1)</script>"))]
    follow_ups = [(FollowUp("f1", ("first", "second"), EXPECTED), RIGHT.reply)]
    others: Any = [("Several questions at once", several), ("Follow-up questions", follow_ups)]
    return page("a set", date(2026, 11, 23), results, bars(results), others)


def test_the_page_tells_what_was_missed_and_nothing_in_a_set_becomes_markup() -> None:
    shown = _page([RIGHT, WRONG, NOT_TURNED_DOWN])
    found = _Page(shown)
    assert found.tags["details"] == 3
    assert "what &lt;b&gt;dose&lt;/b&gt;?" in shown
    assert "It may cause &lt;i&gt;nausea&lt;/i&gt;." in shown
    assert "A button" in shown
    assert "this &amp; that" in shown
    assert found.tags["script"] == found.tags["i"] == found.tags["b"] == 0
    assert "It takes 40 to 60 minutes" not in shown.split("Follow-up questions: every miss")[1]


def test_the_page_is_one_file_that_everybody_can_read() -> None:
    found = _Page(_page([RIGHT, WRONG, TURNED_DOWN]))
    assert ("html", {"lang": "en"}) in found.attributes
    assert found.tags["h1"] == 1
    assert found.tags["table"] == found.tags["caption"] == 5
    pictures = [attributes for tag, attributes in found.attributes if tag == "img"]
    assert len(pictures) == 2
    for picture in pictures:
        assert str(picture["src"]).startswith("data:image/svg+xml;base64,")
    assert "the document answers it: 50% right, 50% wrong." in str(pictures[0]["alt"])
    assert "At a probability of 0.40 0% were right (1 questions)." in str(pictures[1]["alt"])
    assert all(attributes.get("scope") in {"row", "col"} for tag, attributes in found.attributes if tag == "th")
    for name in ("src", "href"):
        assert not [a[name] for _, a in found.attributes if name in a and not str(a[name]).startswith("data:")]


def test_a_page_about_nothing_has_no_pictures() -> None:
    assert _Page(_page([])).tags["img"] == 0


def test_the_summary_is_short_and_names_what_is_not_met() -> None:
    results = [RIGHT, WRONG]
    told = summary(results, bars(results), [("Several questions at once", 1, 4), ("Follow-up questions", 0, 0)])
    assert re.search(r"answered, of what the document answers +\| 1 of 2 +\| 50\.0% +\| at least 90% +\| NOT MET", told)
    assert re.search(r"Several questions at once: right +\| 1 of 4 +\| 25\.0%", told)
    assert "Follow-up" not in told
    assert "nausea" not in told


_LINE = {"id": "q1", "text": "a", "register": "faq", "answerable": "yes", "topic": "t", "expect": ["x"]}


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[1]",
        '{"id": "q1", "text": "how long?"}',
        json.dumps({**_LINE, "expect": ["("]}),
        json.dumps({**_LINE, "expect": 1}),
        json.dumps({**_LINE, "expect": "40 to 60"}),
        json.dumps({**_LINE, "text": None}),
        json.dumps({**_LINE, "answerable": "perhaps"}),
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(f"{json.dumps(_LINE)}\n{line}\n")
    with pytest.raises(ValueError, match="line 2"):
        read_set(path, Question)


@pytest.mark.parametrize("turns", [[], "how long", [1]])
def test_a_conversation_without_turns_is_named(tmp_path: Path, turns: object) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps({"id": "f1", "turns": turns, "expect": ["x"]}))
    with pytest.raises(ValueError, match="line 1"):
        read_set(path, FollowUp)


def test_the_own_sets_and_the_development_set_can_be_read(shared: Path) -> None:
    assert len(read_set(OWN, Question)) >= 100
    assert len(read_set(OWN.with_name("several.jsonl"), Several)) >= 50
    assert len(read_set(OWN.with_name("follow_ups.jsonl"), FollowUp)) >= 50
    assert len(read_set(shared / "dev" / "questions.jsonl", Question)) >= 100


def test_below_a_bar_on_the_own_set_it_ends_with_an_error_and_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own, report = tmp_path / "questions.jsonl", tmp_path / "reports" / "evaluation.html"
    own.write_text(
        "\n".join(
            json.dumps({**_LINE, "text": text, "answerable": answerable, "expect": expect})
            for text, answerable, expect in (
                ("How long does an IV infusion take?", "yes", ["40 to 60"]),
                ("Can it cause nausea?", "yes", ["no reply ever holds this"]),
                ("How many milligrams will they give me?", "no", []),
            )
        )
    )
    follow_up = {"id": "f1", "turns": ["Can it cause nausea?", "How long does an IV infusion take?"], "expect": ["40"]}
    (tmp_path / "follow_ups.jsonl").write_text(json.dumps(follow_up))
    (tmp_path / "several.jsonl").write_text("")
    monkeypatch.setattr(evaluate, "OWN", own)
    monkeypatch.setattr(evaluate, "ROOT", tmp_path)
    monkeypatch.setattr(evaluate, "REPORT", report)
    monkeypatch.setattr(evaluate, "_SEVERAL", tmp_path / "several.jsonl")
    monkeypatch.setattr(evaluate, "_FOLLOW_UPS", tmp_path / "follow_ups.jsonl")
    with pytest.raises(SystemExit) as ended:
        main([str(own)])
    assert ended.value.code == (
        "Below the bar: answered, of what the document answers; wrong answers with a source, of all."
    )
    told = capsys.readouterr().out
    assert re.search(r"turned down, of what it does not answer +\| 1 of 1 ", told)
    assert re.search(r"Follow-up questions: right +\| 1 of 1 ", told)
    shown = report.read_text(encoding="utf-8")
    assert "<strong>wrong</strong>: Can it cause nausea?" in shown
    assert "Reliability plot. At a probability of" in shown


def test_a_set_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"none\.jsonl"):
        main([str(tmp_path / "none.jsonl")])
