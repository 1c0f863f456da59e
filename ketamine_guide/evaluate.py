"""`make evaluate`: asks the running guide every question of a set, and reports what it got right and what it missed.

A question set is JSON lines with `text`, `register` (faq, forum, sms), `answerable` (yes, partial, no), `topic` and
`expect`: regular expressions, case-insensitive, that a right reply must all match. Each question is asked in a
conversation of its own, through Rasa and the action server, as a patient's message would be.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tabulate import tabulate

from ketamine_guide.content.library import library
from ketamine_guide.launch import Bot, LaunchError, private_bot
from ketamine_guide.settings import ROOT

REPORT = ROOT / "reports" / "evaluation.md"
RIGHT, OFFERED, REFUSED, WRONG = "right", "offered", "refused", "wrong"
_OUTCOMES = (RIGHT, OFFERED, REFUSED, WRONG)
_AT_ONCE = 2


@dataclass(frozen=True)
class Question:
    """A question, and what a right reply to it holds."""

    id: str
    text: str
    register: str
    answerable: str
    topic: str
    expect: tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class Result:
    """What came of a question."""

    question: Question
    outcome: str
    reply: str


def read_questions(path: Path) -> list[Question]:
    """Reads a question set.

    Raises:
        ValueError: a line is not a question; the message names the line.
        OSError: the file can't be read.
    """
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                fields = json.loads(line)
                fields["expect"] = tuple(re.compile(pattern, re.IGNORECASE) for pattern in fields["expect"])
                questions.append(Question(**{field.name: fields[field.name] for field in dataclasses.fields(Question)}))
            except (ValueError, TypeError, KeyError, re.error) as error:
                raise ValueError(f"{path}, line {number}: {error}") from error
    return questions


def judge(question: Question, reply: str, offered: Iterable[str]) -> str:
    """What a reply is worth.

    Args:
        reply: its whole text.
        offered: the answers behind its buttons.

    Returns:
        `right`: all that was expected is there (for a question that can't be answered: it was turned down);
        `offered`: not understood, and one of the offered topics would have been right;
        `refused`: turned down, though the document has an answer; `wrong`: another answer was given.
    """
    answered = "\nSource: " in reply
    if question.answerable == "no":
        return WRONG if answered or not _holds(question, reply) else RIGHT
    if _holds(question, reply):
        return RIGHT
    if answered:
        return WRONG
    return OFFERED if any(_holds(question, answer) for answer in offered) else REFUSED


def _holds(question: Question, text: str) -> bool:
    return all(pattern.search(text) for pattern in question.expect)


def ask(bot: Bot, question: Question, number: int) -> Result:
    """Asks one question in a new conversation."""
    replies = bot.say(question.text, sender=f"evaluation-{number}")
    text = "\n".join(str(reply.get("text", "")) for reply in replies)
    topics = library().topics
    payloads = [str(button["payload"]).lstrip("/") for reply in replies for button in reply.get("buttons") or ()]  # type: ignore[attr-defined]
    offered = [topics[payload].answer for payload in payloads if payload in topics]
    return Result(question, judge(question, text, offered), text)


def report(results: list[Result], source: str) -> str:
    """The report as Markdown: counts by kind, register and topic, and every miss with its reply."""
    lines = [f"# Evaluation on {source}", "", f"{len(results)} questions, each in a conversation of its own.", ""]
    for title, key in (
        ("By whether the document answers it", lambda q: q.answerable),
        ("By register", lambda q: f"{q.answerable}, {q.register}"),
        ("By topic", lambda q: f"{q.answerable}, {q.topic}"),
    ):
        lines += [f"## {title}", "", _table(results, key), ""]
    lines += ["## Every miss", ""]
    for result in results:
        if result.outcome != RIGHT:
            q = result.question
            reply = result.reply.replace("\n", " / ")
            lines += [
                f"- **{result.outcome}** ({q.id}, {q.answerable}, {q.topic}, {q.register}): {q.text}",
                f"  > {reply}",
            ]
    return "\n".join(lines) + "\n"


def _table(results: list[Result], key: Callable[[Question], str]) -> str:
    counts: dict[str, Counter[str]] = {}
    for result in results:
        counts.setdefault(key(result.question), Counter())[result.outcome] += 1
    rows = [
        [name, count.total(), *(f"{count[outcome]} ({count[outcome] / count.total():.0%})" for outcome in _OUTCOMES)]
        for name, count in sorted(counts.items())
    ]
    return str(tabulate(rows, ["", "questions", *_OUTCOMES], tablefmt="github"))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m ketamine_guide.evaluate", description=__doc__)
    parser.add_argument("questions", type=Path, help="a question set, as JSON lines")
    path = parser.parse_args().questions
    try:
        questions = read_questions(path)
        print(f"Starting a guide of its own, then asking {len(questions)} questions ...", flush=True)
        with TemporaryDirectory() as folder, private_bot(Path(folder)) as bot, ThreadPoolExecutor(_AT_ONCE) as pool:
            results = list(pool.map(lambda numbered: ask(bot, numbered[1], numbered[0]), enumerate(questions)))
    except (OSError, ValueError, LaunchError) as error:
        sys.exit(f"{error}")
    text = report(results, path.name)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    print(text)
    print(f"Saved as {REPORT.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
