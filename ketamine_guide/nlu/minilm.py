"""The sentence encoder all-MiniLM-L6-v2 at work, on onnxruntime, from the files that `minilm_graph` wrote."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

# The shape of MiniLM: six layers, twelve heads, vectors of 384 numbers.
LAYERS, HEADS, WIDTH, LAYER_NORM_EPSILON = 6, 12, 384, 1e-12
GRAPH_FILE, TOKENIZER_FILE = "encoder.onnx", "tokenizer.json"
_MAX_TOKENS = 256
_BATCH = 32


class Encoder:
    """Turns texts into vectors of unit length whose dot product says how near their meanings are."""

    def __init__(self, folder: Path) -> None:
        """Loads what `minilm_graph.write_encoder` wrote into `folder`."""
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.enable_truncation(max_length=_MAX_TOKENS)
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        # One message at a time is too little work to share: more threads only wait for each other.
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / GRAPH_FILE), options, ["CPUExecutionProvider"])

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """The texts' vectors, shape (len(texts), 384). Only the first 256 word pieces of a text count."""
        vectors = np.zeros((len(texts), WIDTH), dtype=np.float32)
        # Texts of like length go together, so that padding costs little.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors[batch] = self._encode_batch([texts[i] for i in batch])
        return vectors

    def _encode_batch(self, texts: list[str]) -> npt.NDArray[np.float32]:
        words = self._tokenizer.encode_batch(texts)
        ids = np.array([word.ids for word in words], dtype=np.int64)
        mask = np.array([word.attention_mask for word in words], dtype=np.int64)
        places = np.arange(ids.shape[1], dtype=np.int64)[None, :]
        inputs = {"input_ids": ids, "attention_mask": mask, "position_ids": places}
        embedding: npt.NDArray[np.float32] = self._session.run(["embedding"], inputs)[0]
        return embedding
