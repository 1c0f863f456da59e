"""`make evaluate`: asks the running guide every question of a set, and reports what it got right and what it missed.

Each question is asked in a conversation of its own, through Rasa and the action server, as a patient's message would
be. `ketamine_guide/evaluation/` holds the sets, the figures and the page.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text
from tabulate import tabulate

from ketamine_guide.content.library import library
from ketamine_guide.evaluation import figures
from ketamine_guide.evaluation.page import page
from ketamine_guide.evaluation.sets import (
    OUTCOMES,
    Asked,
    FollowUp,
    Question,
    Reply,
    Result,
    Several,
    is_right,
    read_set,
)
from ketamine_guide.launch import Bot, LaunchError, private_bot
from ketamine_guide.settings import ROOT
from ketamine_guide.store.database import reader

REPORT = ROOT / "reports" / "evaluation.html"
OWN = ROOT / "tests" / "evaluation" / "questions.jsonl"
_SEVERAL, _FOLLOW_UPS = OWN.with_name("several.jsonl"), OWN.with_name("follow_ups.jsonl")
_AT_ONCE = 2
# Set by the crisis screen, or when nothing was understood: what the classifier found stands behind them.
_NOT_OF_THE_CLASSIFIER = frozenset({None, "crisis", "check_in", "nlu_fallback"})


def ask_all(asked: Sequence[Asked]) -> list[Reply]:
    """Asks a guide of its own everything, and returns the reply to the last turn of each.

    Raises:
        LaunchError: the guide does not start.
        OSError: it does not answer.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        with private_bot(folder) as bot, ThreadPoolExecutor(_AT_ONCE) as pool:
            said = list(pool.map(lambda numbered: _say(bot, numbered[1].turns, str(numbered[0])), enumerate(asked)))
        rankings = read_rankings(f"sqlite:///{folder / 'conversations.db'}")
    return [to_reply(replies, rankings.get(str(number), [])) for number, replies in enumerate(said)]


def _say(bot: Bot, turns: Sequence[str], sender: str) -> list[dict[str, Any]]:
    """The replies to the last turn."""
    replies: list[dict[str, Any]] = []
    for turn in turns:
        replies = bot.say(turn, sender)
    return replies


def read_rankings(conversations: str) -> dict[str, list[dict[str, Any]]]:
    """How the classifier ranked the intents of each sender's last message, as Rasa noted it in its conversations."""
    wanted = text("SELECT sender_id, data FROM events WHERE type_name = 'user' ORDER BY id")
    with reader(conversations).connect() as connection:
        events = [(row.sender_id, json.loads(row.data)) for row in connection.execute(wanted)]
    reader(conversations).dispose()
    return {sender: event["parse_data"].get("intent_ranking") or [] for sender, event in events}


def to_reply(replies: Sequence[dict[str, Any]], ranking: Sequence[dict[str, Any]]) -> Reply:
    """What a patient saw, and what the classifier made of the question.

    Args:
        replies: as Rasa's `rest` channel sent them.
        ranking: the intents with their probabilities, likeliest first.
    """
    buttons = [button for reply in replies for button in reply.get("buttons") or ()]
    payloads = [str(button["payload"]).lstrip("/") for button in buttons]
    likeliest = next((guess for guess in ranking if guess["name"] not in _NOT_OF_THE_CLASSIFIER), None)
    return Reply(
        text="\n".join(str(reply.get("text", "")) for reply in replies),
        buttons=tuple(str(button["title"]) for button in buttons),
        offered=tuple(payload for payload in payloads if payload in library().topics),
        likeliest=likeliest["name"] if likeliest else None,
        confidence=float(likeliest["confidence"]) if likeliest else 0.0,
    )


def summary(results: Sequence[Result], bars: Sequence[figures.Bar], others: Sequence[tuple[str, int, int]]) -> str:
    """The figures in short, for the terminal.

    Args:
        results: of the question set.
        bars: what was to be met.
        others: for each further set its title, how many were right, and how many there are.
    """
    counted = figures.counts(results, lambda question: question.answerable)
    outcomes = [[name, count.total(), *(count[outcome] for outcome in OUTCOMES)] for name, count in counted.items()]
    shares = [
        [
            bar.title,
            f"{bar.count} of {bar.of}",
            f"{bar.share:.1%}",
            f"{'at least' if bar.at_least else 'at most'} {bar.wanted:.0%}",
            bar.verdict,
        ]
        for bar in bars
    ]
    shares += [
        [f"{title}: right", f"{right} of {of}", f"{right / of:.1%}", "", ""] for title, right, of in others if of
    ]
    return "\n\n".join(
        [
            str(tabulate(outcomes, ["answerable", "questions", *OUTCOMES], tablefmt="github")),
            str(tabulate(shares, ["", "questions", "share", "bar", ""], tablefmt="github")),
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line. It ends with status 1 when a bar is not met on the project's own set."""
    parser = argparse.ArgumentParser(prog="python -m ketamine_guide.evaluate", description=__doc__)
    parser.add_argument("questions", type=Path, nargs="?", default=OWN, help="a question set (default: the own one)")
    parser.add_argument(
        "--development", action="store_true", help="the guide was improved with this set at hand: higher bars"
    )
    chosen = parser.parse_args(arguments)
    path: Path = chosen.questions
    try:
        questions = read_set(path, Question)
        several, follow_ups = read_set(_SEVERAL, Several), read_set(_FOLLOW_UPS, FollowUp)
        asked: list[Asked] = [*questions, *several, *follow_ups]
        print(f"Starting a guide of its own, then asking {len(asked)} questions ...", flush=True)
        replies = iter(ask_all(asked))
    except (OSError, ValueError, LaunchError) as error:
        sys.exit(f"{error}")
    results = [Result(question, next(replies)) for question in questions]
    others: list[tuple[str, list[tuple[Several | FollowUp, Reply]]]] = [
        ("Several questions at once", [(one, next(replies)) for one in several]),
        ("Follow-up questions", [(one, next(replies)) for one in follow_ups]),
    ]
    bars = figures.bars(results, development=chosen.development)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(page(path.name, datetime.now(UTC).date(), results, bars, others), encoding="utf-8")
    right = [(title, sum(is_right(one, reply) for one, reply in pairs), len(pairs)) for title, pairs in others]
    print(summary(results, bars, right))
    print(f"\nEvery miss, with its reply: {REPORT.relative_to(ROOT)}")
    missed = [bar.title for bar in bars if bar.verdict == "NOT MET"]
    if missed and path.resolve() == OWN:
        sys.exit(f"Below the bar: {'; '.join(missed)}.")


if __name__ == "__main__":
    main()
