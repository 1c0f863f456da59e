"""From a message to a probability for each class: two linear models, one on meaning and one on spelling, averaged.

The sentence vector knows that "the drip" is an infusion; letters and words know that "spravto" is Spravato. Joining
both into one set of features made either worse; averaging the probabilities made both better (docs/understanding.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import skops.io
from scipy.special import expit, softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import FeatureUnion, make_union

_VECTORIZER_FILE, _WEIGHTS_FILE = "spelling.skops", "weights.npz"
# The one type in a fitted TfidfVectorizer that skops does not know by itself: its diagonal of weights.
_TRUSTED = ["scipy.sparse._csr.csr_matrix"]

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class TextModel:
    """A trained model of some classes: the intents, or the kinds of crisis.

    Attributes:
        classes: their names, in the order of the probabilities.
        meaning, meaning_bias: weights on the sentence vector, shapes (384, classes) and (classes,).
        spelling, spelling_bias: weights on words and letters, shapes (features, classes) and (classes,).
        vectorizer: from texts to the words and letters that `spelling` weighs.
    """

    classes: list[str]
    meaning: Floats
    meaning_bias: Floats
    spelling: Floats
    spelling_bias: Floats
    vectorizer: FeatureUnion

    @classmethod
    def fit(
        cls, texts: list[str], vectors: npt.NDArray[np.float32], labels: list[str], *, strictness: float = 20
    ) -> TextModel:
        """Learns from examples.

        Args:
            texts: the examples.
            vectors: their sentence vectors, shape (len(texts), 384).
            labels: their classes, one for each text, at least three different ones.
            strictness: how closely the model on meaning follows the examples (scikit-learn's C).
        """
        on_meaning = LogisticRegression(C=strictness, class_weight="balanced", max_iter=1000).fit(vectors, labels)
        vectorizer = _vectorizer()
        features = vectorizer.fit_transform(texts)
        # A one-against-rest model by gradient descent: as good here as the full regression, in 1 s instead of 48.
        on_spelling = SGDClassifier(loss="log_loss", alpha=1e-5, class_weight="balanced", random_state=0)
        on_spelling.fit(features, labels)
        return cls(
            [str(name) for name in on_meaning.classes_],
            _columns(on_meaning.coef_),
            on_meaning.intercept_,
            _columns(on_spelling.coef_),
            on_spelling.intercept_,
            vectorizer,
        )

    def probabilities(self, texts: list[str], vectors: npt.NDArray[np.float32]) -> Floats:
        """The probability of each of `classes`, shape (len(texts), len(classes)); each row sums to 1."""
        by_meaning = softmax(vectors @ self.meaning + self.meaning_bias, axis=1)
        by_spelling = expit(self.vectorizer.transform(texts) @ self.spelling + self.spelling_bias)
        both: Floats = (by_meaning + by_spelling / by_spelling.sum(axis=1, keepdims=True)) / 2
        return both

    def save(self, folder: Path) -> None:
        """Writes the model into `folder`."""
        skops.io.dump(self.vectorizer, folder / _VECTORIZER_FILE)
        np.savez(
            folder / _WEIGHTS_FILE,
            classes=self.classes,
            meaning=self.meaning,
            meaning_bias=self.meaning_bias,
            spelling=self.spelling,
            spelling_bias=self.spelling_bias,
        )

    @classmethod
    def load(cls, folder: Path) -> TextModel:
        """Reads what `save` wrote.

        Raises:
            FileNotFoundError: nothing was saved there.
            skops.io.exceptions.UntrustedTypesFoundException: the file holds more than scikit-learn's own types.
        """
        vectorizer = skops.io.load(folder / _VECTORIZER_FILE, trusted=_TRUSTED)
        with np.load(folder / _WEIGHTS_FILE) as arrays:
            named = {name: arrays[name] for name in arrays.files}
        return cls(classes=[str(name) for name in named.pop("classes")], vectorizer=vectorizer, **named)


def _columns(rows: Floats) -> Floats:
    # Stored as it is multiplied: scikit-learn's own order has the whole matrix copied for every message (8 ms).
    return np.ascontiguousarray(rows.T, dtype=np.float32)


def _vectorizer() -> FeatureUnion:
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2, dtype=np.float32)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=3, dtype=np.float32)
    return make_union(words, letters)
