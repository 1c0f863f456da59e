"""The text model comes back from its files as it was, and from nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

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


@given(text=st.text(max_size=60) | st.lists(st.sampled_from(["one", "two", "number", "3", "x"])).map(" ".join))
def test_words_and_letters_weigh_what_scikit_learn_has_them_weigh(model: TextModel, text: str) -> None:
    scores = expit(model.vectorizer.transform([text]).toarray() @ model.spelling + model.spelling_bias)
    np.testing.assert_allclose(model.by_spelling([text]), scores / scores.sum(axis=1, keepdims=True), rtol=1e-4)


def test_no_class_is_more_likely_than_half_of_its_share_by_spelling_and_a_half(model: TextModel) -> None:
    assert (model.probabilities(TEXTS, 100 * VECTORS) <= (model.by_spelling(TEXTS) + 1) / 2 + 1e-6).all()


def test_nothing_saved_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TextModel.load(tmp_path)
