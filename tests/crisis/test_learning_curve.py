"""The learning curve: each step learns from twice as many, and its figures are those of the messages judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ketamine_guide.crisis.learning_curve import Step, Texts, curve, draw

LABELS = ("active", "other", "idiom")


def _texts(count: int, noise: float, seed: int) -> Texts:
    chance = np.random.default_rng(seed)
    labels = [LABELS[number % 3] for number in range(count)]
    vectors = chance.normal(0, noise, size=(count, 384))
    for row, label in enumerate(labels):
        vectors[row, LABELS.index(label)] += 1
    return Texts([f"{label} {number}" for number, label in enumerate(labels)], labels, vectors.astype(np.float32))


def test_each_step_has_twice_the_examples_and_what_can_be_told_apart_is() -> None:
    steps = curve(_texts(640, 0.05, 1), _texts(90, 0.05, 2))
    assert [step.examples for step in steps] == [20, 40, 80, 160, 320, 640]
    assert steps[-1].area == pytest.approx(1)
    assert steps[-1].found == pytest.approx(1)


def test_what_cannot_be_told_apart_is_missed() -> None:
    judged = _texts(300, 0.05, 3)
    shuffled = Texts(["x"] * 300, judged.labels, np.random.default_rng(4).permutation(judged.vectors))
    last = curve(_texts(640, 0.05, 1), shuffled)[-1]
    assert last.area == pytest.approx(0.5, abs=0.15)
    assert last.found < 0.5


def test_the_picture_is_written(tmp_path: Path) -> None:
    draw([Step(100, 0.8, 0.5), Step(200, 0.9, 0.7)], tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
