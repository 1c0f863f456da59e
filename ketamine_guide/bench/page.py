"""The bench as one HTML page, `page.html` filled in, and as text for the terminal."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from statistics import median

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from tabulate import tabulate

from ketamine_guide.bench import pictures
from ketamine_guide.bench.figures import Bar, Measured, bars, percentile, rows


def page(day: date, machine: str, notes: list[str], ours: Measured, theirs: Measured) -> str:
    """The page, whole: its style and pictures are in it.

    Args:
        day: when it was measured.
        machine: on what.
        notes: how it was measured.
        ours, theirs: what was measured.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        day=f"{day:%-d %B %Y}",
        machine=machine,
        notes=notes,
        bars=[(*cells, bar.is_met) for bar, cells in _told(bars(ours, theirs))],
        rows=rows(ours, theirs),
        names=(ours.name, theirs.name),
        latencies=pictures.latencies((ours, theirs)),
        growth=pictures.growth((ours, theirs)),
        says=_says(ours, theirs),
    )


def summary(ours: Measured, theirs: Measured) -> str:
    """The figures for the terminal, as Markdown."""
    table = tabulate(rows(ours, theirs), ["", ours.name, theirs.name, "default / this"], tablefmt="github")
    told = [[*cells, "met" if bar.is_met else "NOT MET"] for bar, cells in _told(bars(ours, theirs))]
    return f"{table}\n\n{tabulate(told, ['', 'measured', 'bar', ''], tablefmt='github', disable_numparse=True)}"


def _told(found: list[Bar]) -> list[tuple[Bar, tuple[str, str, str]]]:
    return [
        (bar, (bar.title, f"{bar.value:.2f}{bar.unit}", f"{'≥' if bar.at_least else '≤'} {bar.wanted:g}{bar.unit}"))
        for bar in found
    ]


def _says(ours: Measured, theirs: Measured) -> dict[str, str]:
    """What the pictures show, in words."""
    return {
        "latencies": " ".join(
            f"{each.name}: half of the messages within {1000 * median(each.alone):.0f} ms one at a time, "
            f"{1000 * median(each.together):.0f} ms sixteen at a time; 99% within "
            f"{1000 * percentile(each.alone, 0.99):.0f} and {1000 * percentile(each.together, 0.99):.0f} ms."
            for each in (ours, theirs)
        ),
        "growth": " ".join(
            f"{each.name}: {1000 * each.turn(2):.0f} ms at turn 2, {1000 * each.turn(200):.0f} ms at turn 200."
            for each in (ours, theirs)
        ),
    }
