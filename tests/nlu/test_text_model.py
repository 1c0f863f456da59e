"""The text model comes back from its files as it was, and from nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ketamine_guide.nlu.text_model import TextModel

TEXTS = [f"{word} number {number}" for word in ("one", "two", "three") for number in range(6)]
LABELS = [text.split()[0] for text in TEXTS]
VECTORS = np.random.default_rng(0).normal(size=(len(TEXTS), 384)).astype(np.float32)


@pytest.fixture(scope="module")
def model() -> TextModel:
    return TextModel.fit(TEXTS, VECTORS, LABELS)


def test_each_row_of_probabilities_sums_to_one(model: TextModel) -> None:
    rows = model.probabilities(TEXTS, VECTORS)
    assert rows.shape == (len(TEXTS), 3)
    np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-5)
    assert [model.classes[i] for i in rows.argmax(axis=1)] == LABELS


def test_what_is_saved_comes_back(model: TextModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    loaded = TextModel.load(tmp_path)
    assert loaded.classes == model.classes
    np.testing.assert_allclose(loaded.probabilities(TEXTS, VECTORS), model.probabilities(TEXTS, VECTORS), rtol=1e-4)


def test_nothing_saved_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TextModel.load(tmp_path)
