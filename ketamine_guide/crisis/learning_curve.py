"""`python -m ketamine_guide.crisis.learning_curve`: what each doubling of the crisis examples is worth.

The classifier is trained on a sixteenth, an eighth, … all of the examples and judged on the held-out twentieth, or on a
labelled set. It reads the published encoder's vectors, since the tuned encoder has seen all examples.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score
from tabulate import tabulate

from ketamine_guide.crisis.evaluate import own_set, read_set
from ketamine_guide.crisis.examples import held_out, read_examples
from ketamine_guide.crisis.lexicon import KINDS
from ketamine_guide.crisis.normalise import plain
from ketamine_guide.nlu.minilm import Encoder
from ketamine_guide.nlu.minilm_graph import write_encoder
from ketamine_guide.nlu.minilm_weights import published
from ketamine_guide.nlu.text_model import Floats, TextModel

_PARTS = (16, 8, 4, 2, 1)
_FALSE = 0.05


def recall_at(truth: npt.NDArray[np.bool_], score: Floats, false: float) -> float:
    """The share of positives found by the threshold that this share of the negatives passes."""
    negatives = np.sort(score[~truth])[::-1]
    return float((score[truth] > negatives[int(len(negatives) * false)]).mean())


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m ketamine_guide.crisis.learning_curve", description=__doc__)
    parser.add_argument("messages", type=Path, nargs="?", help="a labelled set (default: the held-out twentieth)")
    path = parser.parse_args().messages
    judged = [line for line in (read_set(path) if path else own_set()) if line["expect"] != "either"]
    truth = np.array([line["expect"] == "escalate" for line in judged])
    learnt = [example for example in read_examples() if not held_out(example.text)]
    random.Random(0).shuffle(learnt)  # noqa: S311 (a fixed order, not a secret)
    texts, asked = [example.text for example in learnt], [line["text"] for line in judged]
    print(f"Encoding {len(texts) + len(asked)} messages ...", flush=True)
    with TemporaryDirectory() as folder:
        write_encoder(Path(folder), published())
        vectors = Encoder(Path(folder)).encode([*texts, *asked])
    rows = []
    for part in _PARTS:
        count = len(texts) // part
        labels = [example.label for example in learnt[:count]]
        model = TextModel.fit([plain(text) for text in texts[:count]], vectors[:count], labels)
        of_crisis = [index for index, name in enumerate(model.classes) if name in KINDS]
        probabilities = model.probabilities([plain(text) for text in asked], vectors[len(texts) :])
        score = probabilities[:, of_crisis].sum(axis=1)
        rows.append([count, f"{roc_auc_score(truth, score):.4f}", f"{1 - recall_at(truth, score, _FALSE):.1%}"])
        print(f"{count} examples done", flush=True)
    print(tabulate(rows, ["examples", "area under the curve", f"missed at {_FALSE:.0%} false"], tablefmt="github"))


if __name__ == "__main__":
    main()
