"""The encoder's weights: the published ones, and the tuned ones, which are kept small and come back nearly the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ketamine_guide.nlu import minilm_weights
from ketamine_guide.nlu.minilm import LAYERS, WIDTH
from ketamine_guide.nlu.minilm_weights import WeightsError, best, fingerprint, load_tuned, published, save_tuned
from ketamine_guide.nlu.sentence_encoder import SentenceEncoder


@pytest.fixture
def tuned_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where tuned weights are looked for in this test; nothing is there yet."""
    path = tmp_path / "tuned.safetensors"
    monkeypatch.setattr(minilm_weights, "TUNED_FILE", path)
    return path


@pytest.fixture
def weights() -> minilm_weights.Weights:
    random = np.random.default_rng(0)
    return {
        "matrix": (random.normal(size=(5, 7)) * [[1], [1e-6], [1e3], [0], [0.5]]).astype(np.float32),
        "bias": random.normal(size=7).astype(np.float32),
    }


def test_what_is_kept_comes_back_within_one_step(tmp_path: Path, weights: minilm_weights.Weights) -> None:
    save_tuned(weights, tmp_path / "kept")
    back = load_tuned(tmp_path / "kept")
    assert {name: value.shape for name, value in back.items()} == {name: v.shape for name, v in weights.items()}
    assert {value.dtype for value in back.values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(back["bias"], weights["bias"])
    step = np.abs(weights["matrix"]).max(axis=1, keepdims=True) / 127
    assert (np.abs(back["matrix"] - weights["matrix"]) <= step).all()
    assert (np.abs(back["matrix"][3]) < 1e-12).all()


def test_the_published_weights_come_back_within_one_step(tmp_path: Path) -> None:
    weights = published()
    save_tuned(weights, tmp_path / "kept")
    back = load_tuned(tmp_path / "kept")
    assert {name: value.shape for name, value in back.items()} == {name: v.shape for name, v in weights.items()}
    for name, value in weights.items():
        step = np.abs(value).max(axis=-1, keepdims=True) / 127 if value.ndim > 1 else 0
        assert (np.abs(back[name] - value) <= step).all(), name
    assert (tmp_path / "kept").stat().st_size < 25_000_000


def test_the_published_weights_are_those_of_the_encoder_alone() -> None:
    weights = published()
    assert not [name for name in weights if name.startswith("pooler")]
    assert {value.dtype for value in weights.values()} == {np.dtype(np.float32)}
    assert weights["embeddings.word_embeddings.weight"].shape[1] == WIDTH
    assert f"encoder.layer.{LAYERS - 1}.output.dense.weight" in weights
    assert f"encoder.layer.{LAYERS}.output.dense.weight" not in weights


def test_the_tuned_weights_are_of_the_same_network_and_are_others() -> None:
    tuned, original = load_tuned(), published()
    assert {name: value.shape for name, value in tuned.items()} == {name: v.shape for name, v in original.items()}
    name = "encoder.layer.5.output.dense.weight"
    # More than what eight bits cost.
    assert np.abs(tuned[name] - original[name]).max() > np.abs(original[name]).max() / 127


def test_the_best_are_the_tuned_ones_where_they_are_kept() -> None:
    assert minilm_weights.TUNED_FILE.exists()
    _assert_same(best(), load_tuned())


def test_the_best_are_the_published_ones_where_no_others_are_kept(tuned_file: Path) -> None:
    _assert_same(best(), published())


def _assert_same(first: minilm_weights.Weights, second: minilm_weights.Weights) -> None:
    assert set(first) == set(second)
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name])


def test_other_weights_have_another_fingerprint(tuned_file: Path, weights: minilm_weights.Weights) -> None:
    seen = [fingerprint()]
    assert seen[0].startswith(minilm_weights.PUBLISHED_SHA256)
    for scale in (1, 2):
        save_tuned({name: value * scale for name, value in weights.items()}, tuned_file)
        seen.append(fingerprint())
        assert SentenceEncoder.fingerprint_addon({}) == seen[-1]
    assert len(set(seen)) == 3


def test_weights_that_were_not_published_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm_weights, "PUBLISHED_SHA256", "0" * 64)
    with pytest.raises(WeightsError, match="not those that were published"):
        published()


def test_missing_weights_are_named(monkeypatch: pytest.MonkeyPatch, tuned_file: Path) -> None:
    monkeypatch.setattr(minilm_weights, "find_spec", lambda name: None)
    with pytest.raises(WeightsError, match="make install"):
        best()
