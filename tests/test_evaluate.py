"""The evaluation counts what it should, and refuses a set it can't read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ketamine_guide.evaluate import Question, Result, judge, read_questions, report

QUESTION = Question("q1", "how long?", "sms", "yes", "length", (re.compile("40 to 60"),))
UNANSWERABLE = Question("q2", "what dose?", "faq", "no", "dose", ())


@pytest.mark.parametrize(
    ("question", "reply", "offered", "outcome"),
    [
        (QUESTION, "It takes 40 to 60 minutes.\nSource: Treatment Protocol", (), "right"),
        (QUESTION, "It may cause nausea.\nSource: Common Side Effects", (), "wrong"),
        (QUESTION, "I'm not sure.", ("It may cause nausea.", "It takes 40 to 60 minutes."), "offered"),
        (QUESTION, "I'm not sure.", ("It may cause nausea.",), "refused"),
        (QUESTION, "", (), "refused"),
        (UNANSWERABLE, "I can't talk about doses.", (), "right"),
        (UNANSWERABLE, "It takes 40 to 60 minutes.\nSource: Treatment Protocol", (), "wrong"),
    ],
)
def test_a_reply_is_judged(question: Question, reply: str, offered: tuple[str, ...], outcome: str) -> None:
    assert judge(question, reply, offered) == outcome


def test_the_report_counts_by_kind_register_and_topic_and_lists_each_miss() -> None:
    text = report([Result(QUESTION, "right", "yes"), Result(UNANSWERABLE, "wrong", "an\nanswer")], "a set")
    assert re.search(r"\| yes +\| +1 \| 1 \(100%\)", text)
    assert re.search(r"\| no +\| +1 \| 0 \(0%\) +\| 0 \(0%\) +\| 0 \(0%\) +\| 1 \(100%\)", text)
    assert "no, faq" in text
    assert "yes, length" in text
    assert "what dose?\n  > an / answer" in text
    assert "how long?" not in text.split("## Every miss")[1]


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        '{"id": "q1", "text": "how long?"}',
        '{"id": "q1", "text": "a", "register": "faq", "answerable": "yes", "topic": "t", "expect": ["("]}',
        '{"id": "q1", "text": "a", "register": "faq", "answerable": "yes", "topic": "t", "expect": 1}',
        "[1]",
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(f"\n{line}\n")
    with pytest.raises(ValueError, match="line 2"):
        read_questions(path)


def test_the_own_set_and_the_development_set_can_be_read(shared: Path) -> None:
    assert len(read_questions(Path("tests/evaluation/questions.jsonl"))) >= 100
    assert len(read_questions(shared / "dev" / "questions.jsonl")) >= 100
