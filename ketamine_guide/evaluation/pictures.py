"""The pictures of the evaluation's page, as data URIs: the page is one file."""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from ketamine_guide.evaluation.sets import OFFERED, OUTCOMES, REFUSED, RIGHT, WRONG

# Told apart by the colour-blind, and by their lightness in print.
COLOURS = {RIGHT: "#0b6e99", OFFERED: "#8ecae6", REFUSED: "#c9ced3", WRONG: "#d1495b"}
_WIDTH = 7.5


def outcomes(counted: Mapping[str, Counter[str]]) -> str:
    """A bar for each name, parted by outcome, each as long as the others."""
    figure = Figure(figsize=(_WIDTH, 0.8 + 0.42 * len(counted)), layout="constrained")
    axes = figure.add_subplot()
    names = list(counted)[::-1]
    done = [0.0] * len(names)
    for outcome in OUTCOMES:
        shares = [100 * counted[name][outcome] / counted[name].total() for name in names]
        axes.barh(names, shares, left=done, label=outcome, color=COLOURS[outcome], height=0.65)
        done = [before + share for before, share in zip(done, shares, strict=True)]
    axes.set(xlim=(0, 100), xlabel="% of the questions")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)
    figure.legend(loc="outside upper center", ncols=len(OUTCOMES), frameon=False)
    return _data_uri(figure)


def reliability(groups: Sequence[tuple[float, float, int]]) -> str:
    """How often the likeliest intent was right, over how sure the classifier was; see `figures.calibration`."""
    figure = Figure(figsize=(_WIDTH * 0.62, _WIDTH * 0.55), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], linestyle=":", color="#6b7280")
    axes.plot([sure for sure, _, _ in groups], [right for _, right, _ in groups], marker="o", color=COLOURS[RIGHT])
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="the classifier's probability", ylabel="share that was right")
    axes.spines[["top", "right"]].set_visible(False)
    return _data_uri(figure)


def _data_uri(figure: Figure) -> str:
    written = io.BytesIO()
    figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(written.getvalue()).decode()}"
