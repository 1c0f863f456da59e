"""The command line of those who write the answers: what patients ask that the guide does not answer, biggest gap first.

`python -m ketamine_guide.gaps`, with `--since DAYS`, `--most N` and `--csv`.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import tarfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
from sklearn.cluster import AgglomerativeClustering
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from ketamine_guide.content.library import library
from ketamine_guide.launch import MODEL
from ketamine_guide.nlu.minilm import GRAPH_FILE, TOKENIZER_FILE, Encoder
from ketamine_guide.settings import settings
from ketamine_guide.store.database import migrated
from ketamine_guide.store.unanswered import Unanswered, since

# Questions belong together when they are nearer than this on average (1 is unrelated). Tried from 0.3 to 0.8 on 56
# questions sorted by hand into 21 groups, and on the 150 of tests/evaluation/questions.jsonl by their topics: here both
# agree best with the hand (adjusted Rand index 0.83 and 0.24; at 0.45 it is 0.69 and 0.22, at 0.65 0.76 and 0.20).
_APART = 0.55
# Grouping compares each question with each other: the newest 4,000 different ones take half a minute and 0.6 GB.
MOST_GROUPED = 4000
_EXAMPLES, _TOPICS, _SHOWN = 5, 3, 110
_ALL_DAYS = 3650

Vectors = npt.NDArray[np.float32]
Encode = Callable[[list[str]], Vectors]


@dataclass(frozen=True)
class Gap:
    """A group of similar questions.

    Attributes:
        count: how often one of them was asked.
        reasons: why they were not answered, and how often, the commonest first.
        topics: the topics that came nearest, nearest first, at most three.
        examples: five of them at most, the most typical first.
    """

    count: int
    reasons: tuple[tuple[str, int], ...]
    topics: tuple[str, ...]
    examples: tuple[str, ...]


def gaps(questions: Sequence[Unanswered], encode: Encode) -> list[Gap]:
    """The questions in groups, the biggest first. Of more than `MOST_GROUPED` different ones the first are grouped.

    Args:
        questions: any number of them, newest first.
        encode: gives texts their vectors, shape (texts, width), each of unit length.
    """
    alike: dict[str, list[Unanswered]] = {}
    for question in questions:
        alike.setdefault(question.text.casefold().strip(" .?!"), []).append(question)
    asked = list(islice(alike.values(), MOST_GROUPED))
    vectors = encode([same[0].text for same in asked])
    groups = _groups(vectors)
    found = [_gap([asked[i] for i in places], vectors[places]) for places in groups]
    return sorted(found, key=lambda gap: -gap.count)


def _groups(vectors: Vectors) -> list[list[int]]:
    """The places of the vectors that belong together."""
    if len(vectors) <= 1:
        return [[place] for place in range(len(vectors))]
    clustering = AgglomerativeClustering(
        n_clusters=None, affinity="cosine", linkage="average", distance_threshold=_APART
    )
    members: dict[int, list[int]] = {}
    for place, label in enumerate(clustering.fit_predict(vectors)):
        members.setdefault(int(label), []).append(place)
    return list(members.values())


def _gap(asked: list[list[Unanswered]], vectors: Vectors) -> Gap:
    everything = [question for same in asked for question in same]
    nearest: Counter[str] = Counter()
    for question in everything:
        for place, name in enumerate(question.guesses):
            nearest[name] += _TOPICS - place
    typical = np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")[:_EXAMPLES]
    return Gap(
        count=len(everything),
        reasons=tuple(Counter(question.reason for question in everything).most_common()),
        topics=tuple(name for name, _ in nearest.most_common(_TOPICS)),
        examples=tuple(asked[i][0].text for i in typical),
    )


def as_text(found: Sequence[Gap], most: int) -> str:
    """The biggest gaps, to read in a terminal."""
    topics = library().topics
    parts = []
    for number, gap in enumerate(found[:most], start=1):
        near = " ".join(topics[name].question if name in topics else name for name in gap.topics) or "none"
        lines = [
            f"{number}. {_counted(gap.count, 'question')} ({', '.join(f'{name} {n}' for name, n in gap.reasons)})",
            f"   nearest topics: {near}",
            *(f"   - {_line(example)}" for example in gap.examples),
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def as_csv(found: Sequence[Gap], most: int) -> str:
    """The biggest gaps as comma-separated values, a row each."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(["questions", "reasons", "nearest topics", *(f"example {n + 1}" for n in range(_EXAMPLES))])
    for gap in found[:most]:
        reasons = "; ".join(f"{name} {count}" for name, count in gap.reasons)
        rows.writerow([gap.count, reasons, "; ".join(gap.topics), *map(_cell, gap.examples)])
    return written.getvalue()


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _line(text: str) -> str:
    """On one line, without control characters: a message must not steer the terminal it is read in."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain if len(plain) <= _SHOWN else f"{plain[: _SHOWN - 1]}…"


def _counted(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def trained_encoder(folder: Path, model: Path = MODEL) -> Encoder:
    """The sentence encoder of a trained model, unpacked into `folder`: without Rasa, which takes ten seconds to load.

    Raises:
        OSError: there is no model.
        tarfile.TarError: the file is no model archive.
    """
    with tarfile.open(model) as archive:
        for member in archive:
            name = Path(member.name).name
            if name in {GRAPH_FILE, TOKENIZER_FILE} and (file := archive.extractfile(member)):
                (folder / name).write_bytes(file.read())
    return Encoder(folder)


def report(database: Engine, now: datetime, *, days: int, most: int, table: bool) -> str:
    """What the command prints.

    Args:
        database: our own database, its tables up to date.
        now: the present.
        days: how far back to look.
        most: how many groups to show.
        table: as comma-separated values.
    """
    questions = since(database, now, days)
    found: list[Gap] = []
    if questions:
        with TemporaryDirectory() as folder:
            found = gaps(questions, trained_encoder(Path(folder)).encode)
    if table:
        return as_csv(found, most).rstrip("\n")
    if not found:
        return "No unanswered question was kept."
    grouped = sum(gap.count for gap in found)
    title = f"{_counted(len(questions), 'unanswered question')} in {_counted(len(found), 'group')}"
    if grouped < len(questions):
        title += f"; only the newest {MOST_GROUPED} different ones were grouped, which were asked {grouped} times"
    if most < len(found):
        title += f"; the {most} biggest" if most > 1 else "; the biggest"
    return f"{title}:\n\n{as_text(found, most)}"


def _number(least: int, greatest: int) -> Callable[[str], int]:
    def number(given: str) -> int:
        if not least <= int(given) <= greatest:
            raise argparse.ArgumentTypeError(f"a number from {least} to {greatest}")
        return int(given)

    return number


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the gaps; ends with an error message and status 1 if it can't."""
    parser = argparse.ArgumentParser(
        prog="python -m ketamine_guide.gaps",
        description="What patients ask that the guide does not answer, biggest gap first.",
    )
    parser.add_argument(
        "--since",
        type=_number(0, _ALL_DAYS),
        default=_ALL_DAYS,
        metavar="DAYS",
        help="only of today and so many days before (default: all that was kept)",
    )
    parser.add_argument("--most", type=_number(1, 10_000), default=20, metavar="N", help="show so many groups (20)")
    parser.add_argument("--csv", action="store_true", help="print a table for a spreadsheet")
    chosen = parser.parse_args(arguments)
    try:
        database = migrated(settings().database_url)
        print(report(database, datetime.now(UTC), days=chosen.since, most=chosen.most, table=chosen.csv))
    except SQLAlchemyError as error:
        sys.exit(
            f"The database could not be used ({type(error).__name__}). KETAMINE_GUIDE_DATABASE_URL says which it is."
        )
    except (OSError, tarfile.TarError):
        sys.exit(f"The trained model could not be read: {MODEL.name}. Run: make train")


if __name__ == "__main__":
    main()
