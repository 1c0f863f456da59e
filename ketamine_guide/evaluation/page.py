"""The evaluation as one HTML page that whoever owns the answers can read: `page.html`, filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ketamine_guide.evaluation import figures, pictures
from ketamine_guide.evaluation.sets import NO, OUTCOMES, PARTIAL, RIGHT, YES, FollowUp, Reply, Result, Several, is_right

_KINDS = {
    YES: "the document answers it",
    PARTIAL: "the document answers it in part",
    NO: "the document does not answer it",
}


def page(
    source: str,
    day: date,
    results: Sequence[Result],
    bars: Sequence[figures.Bar],
    others: Sequence[tuple[str, Sequence[tuple[Several | FollowUp, Reply]]]],
) -> str:
    """The page, whole: its style and pictures are in it.

    Args:
        source: the name of the question set.
        day: when it was measured.
        results: of the question set.
        bars: what was to be met.
        others: a title, and what was asked and said, for each further set.
    """
    by_kind = figures.counts(results, lambda q: _KINDS[q.answerable])
    by_register = figures.counts(results, lambda q: f"{q.register}: {_KINDS[q.answerable]}")
    by_topic = figures.counts(results, lambda q: q.topic)
    calibration = figures.calibration(results)
    filled = {
        "source": source,
        "day": f"{day:%-d %B %Y}",
        "results": results,
        "bars": bars,
        "outcomes": OUTCOMES,
        "tables": [
            ("By whether the document answers it", "kind of question", by_kind),
            ("By how it is written", "register", by_register),
            ("By topic", "topic", by_topic),
        ],
        "picture": pictures.outcomes({**by_kind, **by_register}) if results else "",
        "picture_says": _told({**by_kind, **by_register}),
        "confusions": figures.confusions(results),
        "calibration": calibration,
        "reliability": pictures.reliability(calibration) if calibration else "",
        "misses": [(result, figures.named(result.reply)) for result in results if result.outcome != RIGHT],
        "others": [
            (title, len(asked), [(one, reply) for one, reply in asked if not is_right(one, reply)])
            for title, asked in others
        ],
    }
    # The questions and the replies are text, whatever stands in them.
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(filled)


def _told(counted: dict[str, Counter[str]]) -> str:
    """What the picture of the outcomes shows, in words."""
    return " ".join(
        f"{name}: {', '.join(f'{100 * count[o] / count.total():.0f}% {o}' for o in OUTCOMES if count[o])}."
        for name, count in counted.items()
    )
