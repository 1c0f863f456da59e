"""`make bench`: trains both, starts both, measures both in turn, and writes reports/bench.html.

`make bench QUICK=1` repeats less, and trains the default for two epochs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ketamine_guide.bench import history, talk
from ketamine_guide.bench.contenders import Contender, default, guide
from ketamine_guide.bench.figures import LATE, Measured, bars
from ketamine_guide.bench.page import page, summary
from ketamine_guide.evaluation.sets import Question, read_set
from ketamine_guide.launch import Bot, LaunchError
from ketamine_guide.settings import ROOT

REPORT = ROOT / "reports" / "bench.html"
_QUESTIONS = ROOT / "tests" / "evaluation" / "questions.jsonl"
_CRISIS = "i want to kill myself"
_AT_ONCE, _IN_CRISIS = 16, 50
_EVENTS = 1_000_000


@dataclass(frozen=True)
class Plan:
    """How often everything is repeated.

    Attributes:
        texts: how many different questions are asked.
        blocks: how many times the two take turns.
        messages: of each block.
        conversations: long ones.
        starts: how many times each is started.
        epochs: of the default's training.
    """

    texts: int = 60
    blocks: int = 5
    messages: int = 160
    conversations: int = 6
    starts: int = 5
    epochs: int = 10


QUICK = Plan(texts=60, blocks=3, messages=96, conversations=2, starts=2, epochs=2)


@dataclass
class _Taken:
    """What is gathered of one contender."""

    figures: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, values: Sequence[Any]) -> None:
        self.figures.setdefault(name, []).extend(values)


def measure(contenders: Sequence[Contender], texts: Sequence[str], plan: Plan, folder: Path) -> list[Measured]:
    """Measures all of them in turn, so that what else the machine does falls on each alike.

    Raises:
        LaunchError: one does not start.
        OSError: one does not answer.
    """
    taken = {contender.name: _Taken() for contender in contenders}
    for number in range(plan.starts):
        for contender in contenders:
            _say(f"starting {contender.name}, {number + 1} of {plan.starts}")
            taken[contender.name].add("starts", [_start(contender, _made(folder, contender, f"start-{number}"))])
    with ExitStack() as stack:
        places = {one.name: _made(folder, one, "running") for one in contenders}
        bots = {one.name: stack.enter_context(one.start(places[one.name])) for one in contenders}
        _in_turn(bots, plan, lambda name, bot, block: _messages(taken[name], bot, texts, plan, block))
        for number in range(plan.conversations):
            for name, bot in bots.items():
                _say(f"a conversation of {LATE} turns with {name}, {number + 1} of {plan.conversations}")
                taken[name].add("conversations", [talk.growth(bot, texts[:6], LATE, f"long-{number}")])
        for name, bot in bots.items():
            taken[name].figures["memory"] = {"Rasa": _resident(bot.rasa.pid), "actions": _resident(bot.actions.pid)}
        first = contenders[0].name
        _say(f"{_IN_CRISIS} people in a crisis at once")
        replies = talk.first_replies(bots[first], _CRISIS, _IN_CRISIS)
        if not all("988" in words for _, words in replies):
            raise RuntimeError("Somebody in a crisis got no crisis reply.")
        taken[first].figures["at_once"] = [seconds for seconds, _ in replies]
    for contender in contenders:
        _with_history(contender, taken[contender.name], texts, plan, places[contender.name])
    return [
        Measured(one.name, training=one.training, archive=one.model.stat().st_size, **taken[one.name].figures)
        for one in contenders
    ]


def _in_turn(bots: dict[str, Bot], plan: Plan, do: Callable[[str, Bot, int], None]) -> None:
    for block in range(plan.blocks):
        for name, bot in bots.items():
            _say(f"messages to {name}, {block + 1} of {plan.blocks}")
            do(name, bot, block)


def _messages(taken: _Taken, bot: Bot, texts: Sequence[str], plan: Plan, block: int) -> None:
    if not block:
        talk.load(bot, texts, plan.messages // 2, 1, "warm-up")
    taken.add("alone", talk.load(bot, texts, plan.messages, 1, f"alone-{block}").seconds)
    together = talk.load(bot, texts, 2 * plan.messages, _AT_ONCE, f"together-{block}")
    taken.add("together", together.seconds)
    taken.figures["rate"] = max(taken.figures.get("rate", 0.0), together.rate)


def _start(contender: Contender, folder: Path) -> float:
    started = time.monotonic()
    with contender.start(folder) as bot:
        talk.Client(bot).say("How long does a session take?", "first")
        return time.monotonic() - started


def _with_history(contender: Contender, taken: _Taken, texts: Sequence[str], plan: Plan, full: Path) -> None:
    """Messages to one with a million events stored, in `full`, and to one with none, in turn."""
    _say(f"{contender.name} with {_EVENTS:,} stored events")
    empty = _made(full.parent, contender, "empty")
    history.fill(full / "conversations.db", _EVENTS)
    with contender.start(full) as stored, contender.start(empty) as unstored:
        history.wait_until_read(full / "guide.db", full / "conversations.db")
        for bot in (stored, unstored):
            talk.load(bot, texts, plan.messages // 2, 1, "warm-up")
        for block in range(2 * plan.blocks):
            for name, bot in (("stored", stored), ("unstored", unstored)):
                taken.add(name, talk.load(bot, texts, plan.messages // 2, 1, f"history-{block}").seconds)


def _screen(model: Path, texts: Sequence[str], folder: Path) -> list[float]:
    asked = folder / "texts.json"
    asked.write_text(json.dumps(list(texts)))
    command = [sys.executable, "-W", "ignore", "-m", "ketamine_guide.bench.screen", str(model), str(asked)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return [float(taken) / 1000 for taken in json.loads(done.stdout.splitlines()[-1])]


def _resident(process: int) -> int:
    # `ps` has it on Linux and on a Mac, in kilobytes.
    said = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], stdout=subprocess.PIPE, text=True, check=True)  # noqa: S607
    return 1024 * int(said.stdout)


def _made(folder: Path, contender: Contender, name: str) -> Path:
    made = folder / f"{name} {contender.name}"
    made.mkdir()
    return made


def _say(what: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {what}", file=sys.stderr, flush=True)


def _notes(plan: Plan, quick: bool) -> list[str]:
    return [
        f"{plan.texts} questions of {_QUESTIONS.name}, each four in a new conversation, through Rasa's rest channel, "
        "with the custom actions over HTTP and the conversations on SQLite. The client runs on the same cores.",
        f"The two take turns, {plan.blocks} times {plan.messages} messages one at a time and {2 * plan.messages} "
        f"sixteen at a time. Messages a second: the best of the turns. Starts: the median of {plan.starts}.",
        "The default has Rasa's own endpoints, store, responses and command line; this project has what `make run` "
        "starts. Both trained without a cache.",
        f"The default was trained for {plan.epochs} epochs of its 100. Its training time is what that took, and the "
        "other epochs at the same pace. Its speed in serving does not depend on them.",
        f"Turn 2, 50 and 200: medians of 6 turns of {plan.conversations} conversations.",
        *(["A quick run, with few repeats."] if quick else []),
    ]


def _machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.system()}, Python {platform.python_version()}."


def main() -> None:
    """The command line. It ends with status 1 when a bar is not met."""
    parser = argparse.ArgumentParser(prog="python -m ketamine_guide.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a quarter of an hour, with fewer repeats")
    quick: bool = parser.parse_args().quick
    plan = QUICK if quick else Plan()
    try:
        asked = read_set(_QUESTIONS, Question)
        texts = [question.text for question in asked[:: max(1, len(asked) // plan.texts)]][: plan.texts]
        with TemporaryDirectory() as name:
            folder = Path(name)
            _say("training this project")
            ours = guide(folder)
            _say("training the default")
            theirs = default(folder, plan.epochs)
            found = measure([ours, theirs], texts, plan, folder)
            found[0] = Measured(**{**vars(found[0]), "screen": _screen(ours.model, texts, folder)})
    except (OSError, ValueError, RuntimeError, LaunchError) as error:
        sys.exit(f"{error}")
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(page(datetime.now(UTC).date(), _machine(), _notes(plan, quick), *found), encoding="utf-8")
    print(summary(*found))
    print(f"\nWith its pictures: {REPORT.relative_to(ROOT)}")
    if missed := [bar.title for bar in bars(*found) if not bar.is_met]:
        sys.exit(f"Below the bar: {'; '.join(missed)}.")


if __name__ == "__main__":
    main()
