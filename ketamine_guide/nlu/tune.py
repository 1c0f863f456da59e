"""`make tune`: fits the sentence encoder to this project's own examples, topics and crisis together.

One encoder serves both the topics and the crisis screen, so both teach it: each batch belongs to one of the two tasks,
and a linear layer of that task's own reads the sentence vector. The layers are thrown away; the encoder is kept, eight
bits a weight (`minilm_weights`). It takes the better part of an hour on 2 cores, so its result is kept in the
repository, and the next time goes on from it: new examples need two rounds, not four.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tokenizers import Tokenizer

from ketamine_guide.content.importer import content_examples
from ketamine_guide.content.library import load
from ketamine_guide.crisis.examples import held_out, read_examples
from ketamine_guide.nlu import minilm_weights
from ketamine_guide.nlu.minilm import HEADS, LAYER_NORM_EPSILON, LAYERS, TOKENIZER_FILE, WIDTH

_BATCH, _MAX_TOKENS, _POOL = 32, 96, 1600
_ROUNDS, _ROUNDS_ANEW = 2, 4
_RATE, _HEAD_RATE, _WARM_UP = 5e-5, 2e-3, 0.06
_DROPOUT, _SMOOTHING, _CLIP = 0.1, 0.05, 1.0
# How many of the texts are typed another way in each round.
_BARE, _SLIP = 0.3, 0.15
_CHANCE = np.random.default_rng(0)
_SIGNS = re.compile(r"[.,;:!?'’\"]")


@dataclass(frozen=True)
class Task:
    """Texts and their classes, as numbers below `classes`."""

    texts: list[str]
    labels: list[int]
    classes: int


def tasks() -> list[Task]:
    """The two tasks: every intent's examples, and every class of the crisis examples, without those held out."""
    content = load()
    topics = [(text, name) for name, texts in content_examples(content).items() for text in texts]
    crisis = [(example.text, example.label) for example in read_examples()]
    crisis += [(row.words, "other") for rows in content.follow_ups().values() for row in rows]
    return [_task([pair for pair in pairs if not held_out(pair[0])]) for pairs in (topics, crisis)]


def _task(pairs: list[tuple[str, str]]) -> Task:
    classes = sorted({label for _, label in pairs})
    return Task([text for text, _ in pairs], [classes.index(label) for _, label in pairs], len(classes))


class Network:
    """MiniLM in TensorFlow, as `minilm_graph` writes it for onnxruntime, with weights that can be changed."""

    def __init__(self, weights: dict[str, npt.NDArray[np.float32]]) -> None:
        self.variables = {name: tf.Variable(value, name=name) for name, value in weights.items()}

    def vectors(self, ids: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        """The mean of each sentence's word vectors, shape (sentences, 384)."""
        v = self.variables
        real = tf.cast(mask, tf.float32)
        blocked = (1.0 - real)[:, None, None, :] * -1e4
        x = tf.gather(v["embeddings.word_embeddings.weight"], ids)
        x += v["embeddings.position_embeddings.weight"][: tf.shape(ids)[1]]
        x = self._normed(x + v["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(LAYERS):
            name = f"encoder.layer.{layer}"
            query, key, value = (self._heads(x, f"{name}.attention.self.{part}") for part in ("query", "key", "value"))
            scores = tf.matmul(query, key, transpose_b=True) / (WIDTH // HEADS) ** 0.5 + blocked
            context = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), [0, 2, 1, 3])
            merged = tf.reshape(context, [tf.shape(x)[0], tf.shape(x)[1], WIDTH])
            attended = x + self._dense(merged, f"{name}.attention.output.dense")
            x = self._normed(attended, f"{name}.attention.output.LayerNorm")
            inner = tf.nn.gelu(self._dense(x, f"{name}.intermediate.dense"))
            x = self._normed(x + self._dense(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
        return tf.reduce_sum(x * real[:, :, None], 1) / tf.reduce_sum(real, 1, keepdims=True)

    def _dense(self, x: tf.Tensor, name: str) -> tf.Tensor:
        return tf.tensordot(x, self.variables[f"{name}.weight"], [[2], [1]]) + self.variables[f"{name}.bias"]

    def _heads(self, x: tf.Tensor, name: str) -> tf.Tensor:
        split = tf.reshape(self._dense(x, name), [tf.shape(x)[0], tf.shape(x)[1], HEADS, WIDTH // HEADS])
        return tf.transpose(split, [0, 2, 1, 3])

    def _normed(self, x: tf.Tensor, name: str) -> tf.Tensor:
        mean, variance = tf.nn.moments(x, -1, keepdims=True)
        centred = (x - mean) * tf.math.rsqrt(variance + LAYER_NORM_EPSILON)
        return centred * self.variables[f"{name}.weight"] + self.variables[f"{name}.bias"]


def tune(
    weights: dict[str, npt.NDArray[np.float32]], examples: list[Task], epochs: int
) -> dict[str, npt.NDArray[np.float32]]:
    """The weights after learning all tasks for so many rounds.

    Args:
        weights: where to begin, by name.
        examples: what to learn, at least one task.
        epochs: rounds through all examples.
    """
    random.seed(0)
    tf.random.set_seed(0)
    tokenizer = Tokenizer.from_file(str(minilm_weights.published_files() / TOKENIZER_FILE))
    tokenizer.enable_truncation(max_length=_MAX_TOKENS)
    tokenizer.enable_padding()
    network = Network(weights)
    heads = [
        (tf.Variable(tf.random.normal([WIDTH, t.classes], 0, 0.02)), tf.Variable(tf.zeros(t.classes))) for t in examples
    ]
    body, tops = list(network.variables.values()), [variable for head in heads for variable in head]
    rounds = sum(-(-len(task.texts) // _BATCH) for task in examples) * epochs
    body_optimizer, top_optimizer = (tf.keras.optimizers.AdamW(rate, weight_decay=0.01) for rate in (_RATE, _HEAD_RATE))
    body_optimizer.build(body)
    top_optimizer.build(tops)

    @tf.function(reduce_retracing=True, autograph=False)  # type: ignore[untyped-decorator]
    def step(task: tf.Tensor, ids: tf.Tensor, mask: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            vectors = tf.nn.dropout(network.vectors(ids, mask), _DROPOUT)
            loss = tf.switch_case(task, [_loss(vectors, labels, *head) for head in heads])
        gradients = tape.gradient(loss, body + tops, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        dense = [tf.convert_to_tensor(gradient) for gradient in gradients]
        clipped, _ = tf.clip_by_global_norm(dense[: len(body)], _CLIP)
        body_optimizer.apply_gradients(zip(clipped, body, strict=True))
        top_optimizer.apply_gradients(zip(dense[len(body) :], tops, strict=True))
        return loss

    done, started = 0, time.monotonic()
    for epoch in range(epochs):
        losses = []
        for task, texts, labels in _batches(examples):
            pace = min(1.0, (done + 1) / (_WARM_UP * rounds)) * max(0.0, 1 - done / rounds)
            body_optimizer.learning_rate.assign(_RATE * pace)
            top_optimizer.learning_rate.assign(_HEAD_RATE * pace)
            words = tokenizer.encode_batch(texts)
            ids, mask = tf.constant([w.ids for w in words]), tf.constant([w.attention_mask for w in words])
            losses.append(float(step(tf.constant(task), ids, mask, tf.constant(labels))))
            done += 1
            if done % 50 == 0:
                left = (time.monotonic() - started) / done * (rounds - done) / 60
                recent = np.mean(losses[-50:])
                print(
                    f"\rround {epoch + 1} of {epochs}, loss {recent:.3f}, {left:.0f} minutes left ", end="", flush=True
                )
        print(f"\rround {epoch + 1} of {epochs}, loss {np.mean(losses):.3f}{' ' * 30}", flush=True)
    return {name: variable.numpy() for name, variable in network.variables.items()}


def _loss(vectors: tf.Tensor, labels: tf.Tensor, weight: tf.Variable, bias: tf.Variable) -> object:
    def loss() -> tf.Tensor:
        logits = tf.matmul(vectors, weight) + bias
        wanted = tf.one_hot(labels, tf.shape(bias)[0]) * (1 - _SMOOTHING) + _SMOOTHING / tf.cast(
            tf.shape(bias)[0], tf.float32
        )
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(wanted, logits))

    return loss


def _batches(examples: list[Task]) -> list[tuple[int, list[str], list[int]]]:
    """All examples in batches of one task, in random order; texts of like length go together."""
    batches = []
    for number, task in enumerate(examples):
        order = random.sample(range(len(task.texts)), len(task.texts))
        for start in range(0, len(order), _POOL):
            pool = sorted(order[start : start + _POOL], key=lambda i: len(task.texts[i]))
            for first in range(0, len(pool), _BATCH):
                chosen = pool[first : first + _BATCH]
                batches.append((number, [_retyped(task.texts[i]) for i in chosen], [task.labels[i] for i in chosen]))
    random.shuffle(batches)
    return batches


def _retyped(text: str) -> str:
    """The text as it may also be typed: without capitals and signs, or with a slip of the fingers; mostly as it is."""
    if _CHANCE.random() < _BARE:
        text = _SIGNS.sub("", text.casefold())
    if len(text) > 1 and _CHANCE.random() < _SLIP:
        # Two letters change places, or the first of them is left out.
        at = int(_CHANCE.integers(len(text) - 1))
        first = _CHANCE.choice(["", text[at]])
        text = text[:at] + text[at + 1] + first + text[at + 2 :]
    return text


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m ketamine_guide.nlu.tune", description=__doc__)
    parser.add_argument("--anew", action="store_true", help="from the published weights, not from the tuned ones")
    parser.add_argument("--epochs", type=int, help="rounds through all examples (2; with --anew 4)")
    chosen = parser.parse_args()
    weights = minilm_weights.published() if chosen.anew else minilm_weights.best()
    tuned = tune(weights, tasks(), chosen.epochs or (_ROUNDS_ANEW if chosen.anew else _ROUNDS))
    minilm_weights.save_tuned(tuned)
    print(f"Saved as {minilm_weights.TUNED_FILE}. Now: make train && make evaluate")


if __name__ == "__main__":
    main()
