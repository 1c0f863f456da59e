"""The sentence encoder all-MiniLM-L6-v2 at work, on onnxruntime, from the files that `minilm_graph` wrote."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

# The shape of MiniLM: six layers, twelve heads, vectors of 384 numbers.
LAYERS, HEADS, WIDTH, LAYER_NORM_EPSILON = 6, 12, 384, 1e-12
GRAPH_FILE, TOKENIZER_FILE = "encoder.onnx", "tokenizer.json"
_MAX_TOKENS = 256


class Encoder:
    """Turns texts into vectors of unit length whose dot product says how near their meanings are."""

    def __init__(self, folder: Path) -> None:
        """Loads what `minilm_graph.write_encoder` wrote into `folder`."""
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.enable_truncation(max_length=_MAX_TOKENS)
        # As published it fills every text up to 128 word pieces.
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        # One message at a time is too little work to share: more threads only wait for each other.
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / GRAPH_FILE), options, ["CPUExecutionProvider"])
        self._workers = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="encoder")

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """The texts' vectors, shape (len(texts), 384). Only the first 256 word pieces of a text count."""
        if len(texts) == 1:
            return self._encode(texts[0])[None, :]
        # A long post and its questions, or the examples of a training: on all processors.
        vectors = list(self._workers.map(self._encode, texts))
        return np.stack(vectors) if vectors else np.zeros((0, WIDTH), np.float32)

    def _encode(self, text: str) -> npt.NDArray[np.float32]:
        # By itself: in a batch its numbers would be rounded by the others' range, and it would mean something else.
        words = self._tokenizer.encode(text)
        inputs = {
            "input_ids": np.array([words.ids], dtype=np.int64),
            "attention_mask": np.array([words.attention_mask], dtype=np.int64),
            "position_ids": np.arange(len(words.ids), dtype=np.int64)[None, :],
        }
        embedding: npt.NDArray[np.float32] = self._session.run(["embedding"], inputs)[0][0]
        return embedding
