"""From a message to a probability for each class: two linear models, one on meaning and one on spelling, averaged.

The sentence vector knows that "the drip" is an infusion; letters and words know that "spravto" is Spravato. Joining
both into one set of features made either worse; averaging the probabilities made both better (docs/understanding.md).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import FeatureUnion

_FEATURES_FILE, _WEIGHTS_FILE = "features.json", "weights.npz"

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
        cls,
        texts: list[str],
        vectors: npt.NDArray[np.float32],
        labels: list[str],
        *,
        strictness: float = 20,
        evenly: bool = True,
    ) -> TextModel:
        """Learns from examples.

        Args:
            texts: the examples.
            vectors: their sentence vectors, shape (len(texts), 384).
            labels: their classes, one for each text, at least three different ones.
            strictness: how closely the model on meaning follows the examples (scikit-learn's C).
            evenly: whether the model on spelling takes every class as equally likely, however many examples it has.
        """
        on_meaning = LogisticRegression(C=strictness, class_weight="balanced", max_iter=1000).fit(vectors, labels)
        vectorizer = _vectorizer()
        features = vectorizer.fit_transform(texts)
        # A one-against-rest model by gradient descent: as good here as the full regression, in 1 s instead of 48.
        weights = "balanced" if evenly else None
        on_spelling = SGDClassifier(loss="log_loss", alpha=1e-5, class_weight=weights, random_state=0)
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
        both: Floats = (by_meaning + self.by_spelling(texts)) / 2
        return both

    def by_spelling(self, texts: list[str]) -> Floats:
        """The same by words and letters alone. No class is more likely than half of its share here and a half."""
        scores = np.stack([self._score(text) for text in texts])
        each = expit(scores + self.spelling_bias)
        shares: Floats = each / each.sum(axis=1, keepdims=True)
        return shares

    def _score(self, text: str) -> Floats:
        """The weights of a text's words and letters, each as scikit-learn weighs it, added up; shape (classes,).

        For a single text its own `transform` takes thirty times as long: it is made for many (docs/speed.md).
        """
        total = np.zeros(len(self.classes), np.float32)
        for analyze, numbers, idf, first in self._parts:
            counts = Counter(numbers[found] for found in analyze(text) if found in numbers)
            if not counts:
                continue
            places = np.fromiter(counts, np.int64, len(counts))
            weights = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * idf[places]
            total += (weights / np.linalg.norm(weights)) @ self.spelling[places + first]
        return total

    @cached_property
    def _parts(self) -> list[tuple[Callable[[str], list[str]], dict[str, int], Floats, int]]:
        """Of each kind of feature: what finds it in a text, its numbers, their weights, and its first row."""
        parts, first = [], 0
        for _, part in self.vectorizer.transformer_list:
            numbers = getattr(part, "vocabulary_", part.vocabulary)
            parts.append((part.build_analyzer(), numbers, part.idf_.astype(np.float32), first))
            first += len(numbers)
        return parts

    def save(self, folder: Path) -> None:
        """Writes the model into `folder`."""
        parts = dict(self.vectorizer.transformer_list)
        features = {name: part.get_feature_names_out().tolist() for name, part in parts.items()}
        (folder / _FEATURES_FILE).write_text(json.dumps(features, ensure_ascii=False), encoding="utf-8")
        np.savez(
            folder / _WEIGHTS_FILE,
            **{name: part.idf_ for name, part in parts.items()},
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
            ValueError: the files are not what `save` writes.
        """
        vectorizer = _vectorizer()
        features = json.loads((folder / _FEATURES_FILE).read_text(encoding="utf-8"))
        with np.load(folder / _WEIGHTS_FILE) as arrays:
            named = {name: arrays[name] for name in arrays.files}
        for name, part in vectorizer.transformer_list:
            part.vocabulary = {feature: number for number, feature in enumerate(features[name])}
            part.idf_ = named.pop(name)
        return cls(classes=[str(name) for name in named.pop("classes")], vectorizer=vectorizer, **named)


def code_fingerprint(component: str) -> str:
    """What tells this code and a component's from other code: Rasa's cache would go on with what the old code learnt.

    Args:
        component: the `__file__` of the component that learns.
    """
    return hashlib.sha256(Path(__file__).read_bytes() + Path(component).read_bytes()).hexdigest()


def _columns(rows: Floats) -> Floats:
    # Stored as it is multiplied: scikit-learn's own order has the whole matrix copied for every message (8 ms).
    return np.ascontiguousarray(rows.T, dtype=np.float32)


def _vectorizer() -> FeatureUnion:
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2, dtype=np.float32)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=3, dtype=np.float32)
    return FeatureUnion([("words", words), ("letters", letters)])
