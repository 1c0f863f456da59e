"""The sentence encoder as a Rasa component: stored, loaded, and no message is lost when it fails."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ketamine_guide.nlu.message_reader import MessageReader, reading_of
from ketamine_guide.nlu.minilm import WIDTH
from ketamine_guide.nlu.sentence_encoder import (
    SentenceEncoder,
    encode_examples,
    sentence_vector,
    sentence_vectors,
    text_vectors,
    window_vectors,
)
from ketamine_guide.nlu.windows import windows

SECRET = "zebra"


class _Broken:
    """An encoder that fails, with the person's words in the error."""

    def encode(self, texts: list[str]) -> Any:
        raise RuntimeError(texts)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("encoder"))
    return SentenceEncoder.create({}, storage, Resource("encoder"), None)  # type: ignore[arg-type]


@pytest.fixture
def broken() -> SentenceEncoder:
    return SentenceEncoder(_Broken(), Resource("encoder"))  # type: ignore[arg-type]


def test_a_loaded_encoder_gives_the_same_vectors(storage: LocalModelStorage, resource: Resource, context: Any) -> None:
    made = SentenceEncoder.create({}, storage, resource, context)
    loaded = SentenceEncoder.load({}, storage, made.train(TrainingData([])), context)
    first, second = (sentence_vectors(one.process([Message.build("the drip")])) for one in (made, loaded))
    np.testing.assert_array_equal(first, second)


def test_a_short_message_has_one_window_with_the_vector_of_the_whole(encoder: SentenceEncoder) -> None:
    (message,) = encoder.process([Message.build("how long is it")])
    ((text, vector),) = window_vectors(message)
    assert text == "how long is it"
    assert vector.shape == (WIDTH,)
    np.testing.assert_array_equal(vector, sentence_vector(message))


def test_a_long_message_has_a_vector_for_each_window(encoder: SentenceEncoder) -> None:
    text = "how long is it " * 100 + "and does it hurt"
    (message,) = encoder.process([Message.build(text)])
    found = window_vectors(message)
    assert [piece for piece, _ in found] == windows(text)
    np.testing.assert_allclose([vector for _, vector in found], encode_examples(windows(text)), atol=1e-5)


def test_each_question_of_a_message_has_a_vector_and_the_message_has_its_own(encoder: SentenceEncoder) -> None:
    text = "how long is it, and what does it cost?"
    (message,) = encoder.process([Message.build(text)])
    found = text_vectors(message)
    assert list(found) == [text, "how long is it", "what does it cost?"]
    np.testing.assert_allclose(list(found.values()), encode_examples(list(found)), atol=1e-5)
    np.testing.assert_array_equal(found[text], sentence_vector(message))
    assert [piece for piece, _ in window_vectors(message)] == [text]


def test_a_follow_up_has_a_vector_behind_its_question_too(encoder: SentenceEncoder) -> None:
    answered = UserUttered("…", intent={"name": "ask_nausea"}, timestamp=time.time())
    tracker = DialogueStateTracker.from_events("somebody", [ActionExecuted("action_listen"), answered])
    (message,) = encoder.process(MessageReader().process([Message.build("for how long?")], tracker))
    in_context = reading_of(message).in_context
    assert list(text_vectors(message)) == ["for how long?", in_context]
    assert [piece for piece, _ in window_vectors(message)] == ["for how long?"]


@settings(deadline=None, max_examples=30)
@given(text=st.text(st.characters()))
def test_any_text_passes(encoder: SentenceEncoder, text: str) -> None:
    (message,) = encoder.process([Message.build(text)])
    assert message.get("text") == text
    assert set(text_vectors(message)) in ({*reading_of(message).texts()}, set())


def test_examples_have_the_vectors_that_messages_have(encoder: SentenceEncoder) -> None:
    texts = ["how long is it", "what does it cost"]
    data = encoder.process_training_data(TrainingData([Message.build(text, intent="a") for text in texts]))
    messages = encoder.process([Message.build(text) for text in texts])
    np.testing.assert_allclose(sentence_vectors(data.training_examples), sentence_vectors(messages), atol=1e-5)
    np.testing.assert_allclose(encode_examples(texts), sentence_vectors(messages), atol=1e-5)


@pytest.mark.parametrize("message", [Message({}), Message.build("")], ids=["no text", "empty"])
def test_a_message_without_words_passes(encoder: SentenceEncoder, message: Message) -> None:
    (encoded,) = encoder.process([message])
    assert len(window_vectors(encoded)) == 1


def test_when_it_fails_the_message_goes_on_without_vectors(
    broken: SentenceEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    messages = broken.process([Message.build(f"hello {SECRET}"), Message.build("again")])
    assert [message.get("text") for message in messages] == [f"hello {SECRET}", "again"]
    assert [sentence_vector(message) for message in messages] == [None, None]
    assert [window_vectors(message) for message in messages] == [[], []]
    assert [text_vectors(message) for message in messages] == [{}, {}]
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert "RuntimeError" in caplog.text
    assert SECRET not in caplog.text


def test_without_its_files_it_comes_up_and_messages_pass(
    storage: LocalModelStorage, resource: Resource, context: Any, caplog: pytest.LogCaptureFixture
) -> None:
    loaded = SentenceEncoder.load({}, storage, resource, context)
    assert "Train again" in caplog.text
    (message,) = loaded.process([Message.build("hello")])
    assert sentence_vector(message) is None
    assert window_vectors(message) == []
    with pytest.raises(RuntimeError, match="no sentence encoder"):
        loaded.process_training_data(TrainingData([Message.build("hello", intent="a")]))


def test_training_does_not_go_on_without_vectors(broken: SentenceEncoder) -> None:
    with pytest.raises(RuntimeError):
        broken.process_training_data(TrainingData([Message.build("hello", intent="a")]))


def test_examples_without_vectors_are_an_error_that_names_the_component() -> None:
    with pytest.raises(ValueError, match="SentenceEncoder"):
        sentence_vectors([Message.build("hello")])
