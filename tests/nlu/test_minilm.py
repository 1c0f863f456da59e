"""The encoder computes what the published model computes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketamine_guide.nlu.minilm import GRAPH_FILE, TOKENIZER_FILE, WIDTH, Encoder
from ketamine_guide.nlu.minilm_graph import write_encoder, write_graph
from ketamine_guide.nlu.minilm_weights import best, published, published_files


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    folder = tmp_path_factory.mktemp("encoder")
    write_encoder(folder, published())
    return Encoder(folder)


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The same before its numbers are rounded."""
    folder = tmp_path_factory.mktemp("exact")
    write_graph(folder / GRAPH_FILE, published())
    (folder / TOKENIZER_FILE).write_bytes((published_files() / TOKENIZER_FILE).read_bytes())
    return Encoder(folder)


def test_before_rounding_it_agrees_with_the_reference_implementation(exact: Encoder) -> None:
    # Computed once with PyTorch 2.13 and transformers from the same weights: mean pooling, unit length.
    texts = ["How long does a session take?", "ketamine for depression, 40 to 60 minutes", "hola"]
    first = [
        [0.06489, 0.01762, -0.01794, -0.01039, -0.03815, -0.03341],
        [0.03531, 0.00733, -0.00355, 0.02699, -0.01474, 0.04705],
        [-0.06516, 0.09274, -0.02621, -0.01606, -0.06033, -0.09464],
    ]
    vectors = exact.encode(texts)
    np.testing.assert_allclose(vectors[:, :6], first, atol=2e-5)
    np.testing.assert_allclose(vectors @ vectors[1], [0.35168, 1.0, -0.02411], atol=2e-5)


def test_rounded_to_eight_bits_the_vectors_point_nearly_the_same_way(encoder: Encoder, exact: Encoder) -> None:
    texts = ["How long does a session take?", "i cant sleep and nothing helps", "is it covered", "¿duele?"]
    assert ((encoder.encode(texts) * exact.encode(texts)).sum(axis=1) > 0.97).all()


def test_without_a_choice_it_is_written_with_the_best_weights(tmp_path_factory: pytest.TempPathFactory) -> None:
    default, explicit = tmp_path_factory.mktemp("default"), tmp_path_factory.mktemp("explicit")
    write_encoder(default)
    write_encoder(explicit, best())
    first, second = (Encoder(folder).encode(["an IV drip"]) for folder in (default, explicit))
    np.testing.assert_array_equal(first, second)


def test_near_meanings_are_near(encoder: Encoder) -> None:
    drip, infusion, bladder = encoder.encode(["an IV drip", "an intravenous infusion", "my bladder hurts"])
    assert drip @ infusion > 0.4 > drip @ bladder


def test_a_text_has_one_vector_alone_and_among_others(encoder: Encoder) -> None:
    texts = ["short", "a much longer sentence about a treatment that lasts for hours and hours", ""]
    together = encoder.encode(texts)
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_allclose(encoder.encode([text])[0], vector, atol=1e-5)


def test_no_texts_make_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, WIDTH)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=600))
def test_any_text_has_a_vector_of_unit_length(encoder: Encoder, text: str) -> None:
    (vector,) = encoder.encode([text.encode("utf-8", "replace").decode()])
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)
