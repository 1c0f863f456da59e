"""The topic classifier as a Rasa component: trained, stored, loaded, used."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ketamine_guide.nlu.minilm import Encoder
from ketamine_guide.nlu.sentence_encoder import SentenceEncoder
from ketamine_guide.nlu.text_model import TextModel
from ketamine_guide.nlu.topic_classifier import TopicClassifier, rankings

EXAMPLES = {
    "length": [
        "how long is it",
        "how many minutes does it take",
        "what is the length of a session",
        "how long will it be",
    ],
    "cost": ["what does it cost", "is it expensive", "how much money is that", "what is the price of a session"],
    "nausea": ["will i feel sick", "does it cause nausea", "can it upset my stomach", "do people throw up"],
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    return LocalModelStorage.create(tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="module")
def encoder(kept: LocalModelStorage) -> SentenceEncoder:
    return SentenceEncoder.create({}, kept, Resource("encoder"), None)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def trained(encoder: SentenceEncoder, kept: LocalModelStorage) -> TopicClassifier:
    resource, context = Resource("classifier"), ExecutionContext(GraphSchema({}), "model")
    examples = [Message.build(text, intent=intent) for intent, texts in EXAMPLES.items() for text in texts]
    data = encoder.process_training_data(TrainingData(examples))
    TopicClassifier.create({}, kept, resource, context).train(data)
    return TopicClassifier.load({}, kept, resource, context)


def test_it_finds_the_intent_of_words_it_never_saw(encoder: SentenceEncoder, trained: TopicClassifier) -> None:
    texts = ["for how many hours does it last", "is the fee high", "will i throw up or feel ill"]
    messages = trained.process(encoder.process([Message.build(text) for text in texts]))
    assert [message.get("intent")["name"] for message in messages] == ["length", "cost", "nausea"]


def test_the_ranking_holds_every_intent_once_and_sums_to_one(
    encoder: SentenceEncoder, trained: TopicClassifier
) -> None:
    (message,) = trained.process(encoder.process([Message.build("how long")]))
    ranking = message.get("intent_ranking")
    assert sorted(guess["name"] for guess in ranking) == sorted(EXAMPLES)
    assert sum(guess["confidence"] for guess in ranking) == pytest.approx(1)
    assert message.get("intent") == ranking[0]
    assert [guess["confidence"] for guess in ranking] == sorted((g["confidence"] for g in ranking), reverse=True)


def test_each_question_of_a_message_is_ranked_by_itself(encoder: SentenceEncoder, trained: TopicClassifier) -> None:
    text = "how many minutes does it take, and will i feel sick?"
    (message,) = trained.process(encoder.process([Message.build(text)]))
    found = rankings(message)
    assert {piece: ranking[0][0] for piece, ranking in found.items() if piece != text} == {
        "how many minutes does it take": "length",
        "will i feel sick?": "nausea",
    }
    assert message.get("intent") == {"name": found[text][0][0], "confidence": found[text][0][1]}


def test_a_part_without_words_is_not_ranked(encoder: SentenceEncoder, trained: TopicClassifier) -> None:
    (message,) = trained.process(encoder.process([Message.build("what does it cost?\n💊 ?")]))
    assert "💊 ?" not in rankings(message)
    assert [ranking[0][0] for ranking in rankings(message).values()] == ["cost", "cost"]


def test_what_is_told_is_ranked_only_where_it_may_be_what_is_looked_for(
    encoder: SentenceEncoder, trained: TopicClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[list[str]] = []
    encode = Encoder.encode
    monkeypatch.setattr(Encoder, "encode", lambda self, texts: (encoded.append(texts), encode(self, texts))[1])
    (message,) = trained.process(encoder.process([Message.build("what does it cost?")]))
    found = rankings(message)
    assert found.where_likely("it can upset my stomach", ["nausea"], 0.5)[0][0] == "nausea"
    assert found.where_likely("the price of a session", ["nausea"], 0.9) == []
    assert found.where_likely("it can upset my stomach", ["no such intent"], 0.6) == found["it can upset my stomach"]
    assert found.where_likely("💊", ["nausea"], 0) == []
    assert encoded == [["what does it cost?"], ["it can upset my stomach"]]


@settings(deadline=None, max_examples=30)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_nothing_as_likely_as_looked_for_is_passed_over(
    encoder: SentenceEncoder, trained: TopicClassifier, text: str
) -> None:
    (message,) = trained.process(encoder.process([Message.build("what does it cost?")]))
    found = rankings(message)
    name, p = (found.where_likely(text, EXAMPLES, 0) or [("cost", 0.0)])[0]
    (again,) = trained.process(encoder.process([Message.build("what does it cost?")]))
    assert not p or rankings(again).where_likely(text, [name], p)


@settings(deadline=None, max_examples=30)
@given(text=st.text(st.characters()))
def test_any_text_passes(encoder: SentenceEncoder, trained: TopicClassifier, text: str) -> None:
    (message,) = trained.process(encoder.process([Message.build(text)]))
    assert message.get("text") == text
    assert message.get("intent")["name"] in {*EXAMPLES, None}


@pytest.mark.parametrize("text", ["", "   ", "🙏", "?!"])
def test_without_words_it_is_sure_of_nothing(encoder: SentenceEncoder, trained: TopicClassifier, text: str) -> None:
    (message,) = trained.process(encoder.process([Message.build(text)]))
    assert message.get("intent")["confidence"] == 0
    assert rankings(message) == {}


def test_training_twice_gives_the_same_model() -> None:
    texts = [text for texts in EXAMPLES.values() for text in texts]
    intents = [intent for intent, texts in EXAMPLES.items() for _ in texts]
    vectors = np.random.default_rng(0).normal(size=(len(texts), 384)).astype(np.float32)
    first, second = (TextModel.fit(texts, vectors, intents) for _ in range(2))
    np.testing.assert_array_equal(first.probabilities(texts, vectors), second.probabilities(texts, vectors))


def test_an_untrained_classifier_understands_nothing(
    encoder: SentenceEncoder, storage: LocalModelStorage, resource: Resource, context: Any
) -> None:
    untrained = TopicClassifier.create({}, storage, resource, context)
    (message,) = untrained.process(encoder.process([Message.build("hello")]))
    assert message.get("intent") == {"name": None, "confidence": 0.0}


def test_without_a_model_it_comes_up_and_says_so(
    storage: LocalModelStorage, resource: Resource, context: Any, caplog: pytest.LogCaptureFixture
) -> None:
    loaded = TopicClassifier.load({}, storage, resource, context)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "Train again" in caplog.text
    (message,) = loaded.process([Message.build("hello")])
    assert message.get("intent") == {"name": None, "confidence": 0.0}


@pytest.mark.parametrize("text", ["how long is it", ""])
def test_a_message_that_could_not_be_encoded_has_no_intent(trained: TopicClassifier, text: str) -> None:
    (message,) = trained.process([Message.build(text)])
    assert message.get("intent") == {"name": None, "confidence": 0.0}
    assert message.get("intent_ranking") == [{"name": None, "confidence": 0.0}]


def test_an_example_without_a_vector_is_an_error_that_names_the_component(
    storage: LocalModelStorage, resource: Resource, context: Any
) -> None:
    with pytest.raises(ValueError, match="SentenceEncoder"):
        TopicClassifier.create({}, storage, resource, context).train(TrainingData([Message.build("hi", intent="a")]))
