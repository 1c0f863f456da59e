"""How much each doubling of the examples gains: `python -m ketamine_guide.crisis.learning_curve`, about three minutes.

The classifier alone, on the published encoder: the tuned one has seen all examples, and would hide what more of them
are worth. Each share of the examples holds the smaller ones, so that a step shows the new examples and nothing else.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score
from tabulate import tabulate

from ketamine_guide.crisis.evaluate import FOLDER, own_set, read_set
from ketamine_guide.crisis.examples import held_out, read_examples
from ketamine_guide.crisis.lexicon import KINDS
from ketamine_guide.crisis.normalise import plain
from ketamine_guide.nlu.minilm import Encoder
from ketamine_guide.nlu.minilm_graph import write_encoder
from ketamine_guide.nlu.minilm_weights import published
from ketamine_guide.nlu.text_model import TextModel

mpl.use("Agg")
from matplotlib import pyplot as plt

_DOUBLINGS = 5
_FALSE = 0.05
_STRICTNESS = 3.0

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Texts:
    """Messages with their labels and sentence vectors, shape (messages, 384)."""

    texts: Sequence[str]
    labels: Sequence[str]
    vectors: Floats


@dataclass(frozen=True)
class Step:
    """What a number of examples was worth: the area under the curve, and the share found at 5% false alarms."""

    examples: int
    area: float
    found: float


def curve(learnt: Texts, judged: Texts) -> list[Step]:
    """A step for each doubling, up to all examples.

    Args:
        learnt: the examples, of at least three classes in their smallest share.
        judged: messages that are no examples; their labels tell `crisis` from anything else.
    """
    order = np.random.default_rng(0).permutation(len(learnt.texts))
    truth = np.array([label in KINDS for label in judged.labels])
    steps = []
    for doubling in reversed(range(_DOUBLINGS + 1)):
        part = order[: len(order) >> doubling]
        texts, labels = [plain(learnt.texts[i]) for i in part], [learnt.labels[i] for i in part]
        model = TextModel.fit(texts, learnt.vectors[part], labels, strictness=_STRICTNESS)
        of_crisis = [place for place, name in enumerate(model.classes) if name in KINDS]
        rows = model.probabilities([plain(text) for text in judged.texts], judged.vectors)
        score = rows[:, of_crisis].sum(axis=1)
        line = np.quantile(score[~truth], 1 - _FALSE)
        steps.append(Step(len(part), float(roc_auc_score(truth, score)), float((score[truth] > line).mean())))
    return steps


def draw(steps: Sequence[Step], path: Path) -> None:
    """Writes the curve as a picture."""
    figure, axes = plt.subplots(figsize=(6, 4))
    axes.plot([step.examples for step in steps], [100 * (1 - step.found) for step in steps], marker="o")
    axes.set(xscale="log", xlabel="examples", ylabel="% missed at 5% false alarms", ylim=(0, None))
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _judged(lines: Sequence[dict[str, Any]], encoder: Encoder) -> Texts:
    scored = [line for line in lines if line["expect"] != "either"]
    texts = [str(line["text"]) for line in scored]
    labels = [line["label"] if line["expect"] == "escalate" else "other" for line in scored]
    return Texts(texts, labels, encoder.encode(texts))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m ketamine_guide.crisis.learning_curve", description=__doc__)
    parser.add_argument("messages", type=Path, nargs="?", help="a labelled set (default: the held-out twentieth)")
    path = parser.parse_args().messages
    try:
        lines = read_set(path) if path else own_set()
    except (OSError, ValueError) as error:
        sys.exit(f"{error}")
    examples = [example for example in read_examples() if not held_out(example.text)]
    with TemporaryDirectory() as folder:
        write_encoder(Path(folder), published())
        encoder = Encoder(Path(folder))
        print(f"Reading {len(examples):,} examples ...", file=sys.stderr, flush=True)
        texts = [example.text for example in examples]
        learnt = Texts(texts, [example.label for example in examples], encoder.encode(texts))
        judged = _judged(lines, encoder)
    steps = curve(learnt, judged)
    FOLDER.mkdir(exist_ok=True)
    draw(steps, FOLDER / "learning_curve.png")
    rows = [(f"{step.examples:,}", f"{step.area:.4f}", f"{1 - step.found:.1%}") for step in steps]
    print(tabulate(rows, ["examples", "area", "missed at 5% false"], tablefmt="github", disable_numparse=True))
    print("\nAs a picture: reports/learning_curve.png")


if __name__ == "__main__":
    main()
