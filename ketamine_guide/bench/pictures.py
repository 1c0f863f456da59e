"""The pictures of the page, as data URIs: the page is one file."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from matplotlib.figure import Figure

from ketamine_guide.bench.figures import Measured
from ketamine_guide.evaluation.pictures import _data_uri as data_uri

# As on the evaluation's page: told apart by the colour-blind, and by their lightness in print.
_COLOURS = ("#0b6e99", "#d1495b")
_WIDTH = 7.5
_SMOOTHED = 9


def latencies(both: Sequence[Measured]) -> str:
    """The share of messages that had their answer after so many milliseconds, one and sixteen at a time."""
    figure = Figure(figsize=(_WIDTH, 3.2), layout="constrained")
    for place, (kind, title) in enumerate((("alone", "one at a time"), ("together", "16 at a time")), start=1):
        axes = figure.add_subplot(1, 2, place)
        for one, colour in zip(both, _COLOURS, strict=True):
            taken = sorted(1000 * seconds for seconds in getattr(one, kind))
            shares = [100 * number / len(taken) for number in range(1, len(taken) + 1)]
            axes.plot(taken, shares, label=one.name, color=colour)
        axes.set(xscale="log", xlabel="ms, on a scale of tens", title=title, ylim=(0, 101))
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set(ylabel="% of the messages answered")
    figure.axes[0].legend(frameon=False)
    return data_uri(figure)


def growth(both: Sequence[Measured]) -> str:
    """The time of each turn of a long conversation."""
    figure = Figure(figsize=(_WIDTH, 3.2), layout="constrained")
    axes = figure.add_subplot()
    for one, colour in zip(both, _COLOURS, strict=True):
        turns = [1000 * median(turn) for turn in zip(*one.conversations, strict=True)]
        smooth = [median(turns[max(0, place - _SMOOTHED) : place + 1]) for place in range(1, len(turns))]
        axes.plot(range(2, len(turns) + 1), smooth, label=one.name, color=colour)
    axes.set(xlabel="turn of one conversation", ylabel=f"ms (median of {_SMOOTHED} turns)", ylim=(0, None))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return data_uri(figure)
