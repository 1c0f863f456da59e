"""The component decides on each message from what the components before it found: all of them real, on few examples."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ketamine_guide.content.library import Library
from ketamine_guide.dialogue.buttons import topic_buttons
from ketamine_guide.nlu.entity_finder import EntityFinder
from ketamine_guide.nlu.message_reader import MessageReader
from ketamine_guide.nlu.question_finder import NOT_UNDERSTOOD, SEVERAL, QuestionFinder
from ketamine_guide.nlu.reading import behind
from ketamine_guide.nlu.sentence_encoder import SentenceEncoder
from ketamine_guide.nlu.topic_classifier import TopicClassifier

CONFIG = {
    "sure": 0.35,
    "clause": 0.4,
    "told": 0.4,
    "alone": 0.6,
    "second": 0.9,
    "related": 0.9,
    "beside": 0.9,
    "alone_intents": ["urgent_symptoms"],
}
EXAMPLES = {
    "ask_cost": ["what does it cost", "is it expensive", "what is the price", "how much money do i pay"],
    "ask_session_length": ["how long is a session", "how many minutes does it take", "how much time do i need"],
    "ask_number_of_sessions": ["how many infusions are there", "how many sessions at first", "number of treatments"],
    "cannot_interpret_symptom": ["why do i feel queasy today", "is it normal to have a headache", "my arm itches, why"],
    "urgent_symptoms": ["i can't breathe", "my chest hurts badly", "she fainted and won't wake up"],
    "greet": ["hello there", "good morning", "hi, nice to meet you", "hey"],
}
FOLLOW_UPS = {"ask_session_length": ["and how long?", "for how long", "how long does that take", "over what time"]}

Ask = Callable[..., Message]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory, content: Library) -> Ask:
    """The pipeline up to the component, with a classifier that knows a few examples."""
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("finder"))
    context = ExecutionContext(GraphSchema({}), "model")
    encoder = SentenceEncoder.create({}, storage, Resource("encoder"), context)
    classifier = TopicClassifier.create({}, storage, Resource("classifier"), context)
    finder = QuestionFinder.create(CONFIG, storage, Resource("finder"), context)
    cost = content.topics["ask_cost"].question
    texts = [(text, name) for name, texts in EXAMPLES.items() for text in texts]
    texts += [(behind(cost, words), name) for name, rows in FOLLOW_UPS.items() for words in rows]
    examples = [Message.build(text, intent=name) for text, name in texts]
    classifier.train(encoder.process_training_data(TrainingData(examples)))

    def process(text: str, *events: Event) -> Message:
        tracker = DialogueStateTracker.from_events("somebody", [ActionExecuted("action_listen"), *events])
        messages = classifier.process(encoder.process(MessageReader().process([Message.build(text)], tracker)))
        (message,) = finder.process(EntityFinder().process(messages))
        return message

    return process


def _asked(message: Message) -> list[str]:
    return [question["name"] for question in message.get("questions")]


def _answered(intent: str) -> UserUttered:
    return UserUttered("…", intent={"name": intent, "confidence": 0.9}, timestamp=time.time())


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("what is the price of it", "ask_cost"),
        ("hello there", "greet"),
        ("is a headache normal", "cannot_interpret_symptom"),
    ],
)
def test_a_single_question_is_the_intent_with_its_probability(ask: Ask, text: str, intent: str) -> None:
    message = ask(text)
    (first, *_) = message.get("intent_ranking")
    assert message.get("intent") == first
    assert first["name"] == intent
    assert message.get("questions") == [{"name": intent, "brief": False}]
    assert {"intent", "questions"} <= message.output_properties


def test_several_questions_have_an_intent_of_their_own(ask: Ask) -> None:
    message = ask("what does it cost, and how long is a session?")
    assert message.get("intent") == {"name": SEVERAL, "confidence": 1.0}
    assert message.get("questions") == [
        {"name": "ask_cost", "brief": False},
        {"name": "ask_session_length", "brief": False},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "what does it cost? i can't breathe?",
        "what does it cost and how long is a session? my chest hurts badly",
        "my chest hurts badly. what is the price, and how long is a session?",
    ],
)
def test_an_urgent_symptom_beside_questions_is_all_that_counts(ask: Ask, text: str) -> None:
    assert ask(text).get("intent")["name"] == "urgent_symptoms"
    assert _asked(ask(text)) == ["urgent_symptoms"]


@pytest.mark.parametrize("text", ["", "???", "🤷", "   "])
def test_without_words_nothing_is_understood(ask: Ask, text: str) -> None:
    message = ask(text)
    assert message.get("intent")["name"] == NOT_UNDERSTOOD
    assert message.get("questions") == []


def test_a_weak_best_guess_is_not_understood(ask: Ask) -> None:
    message = ask("zebra")
    assert message.get("intent_ranking")[0]["confidence"] < CONFIG["sure"]
    assert message.get("intent")["name"] == NOT_UNDERSTOOD


def test_a_follow_up_is_understood_behind_the_question_it_leans_on(ask: Ask) -> None:
    assert _asked(ask("over what time", _answered("ask_cost"))) == ["ask_session_length"]


def test_the_number_of_a_button_is_understood(ask: Ask) -> None:
    offered = BotUttered("…", data={"buttons": topic_buttons(["ask_bladder", "ask_cost"])})
    assert _asked(ask("2", _answered("ask_nausea"), offered)) == ["ask_cost"]
    assert _asked(ask("can it harm the bladder", _answered("ask_nausea"), offered)) == ["ask_bladder"]


def test_beside_a_refusal_what_is_named_is_answered_briefly(ask: Ask) -> None:
    message = ask("why do i feel queasy today")
    assert message.get("intent")["name"] == SEVERAL
    assert message.get("questions") == [
        {"name": "cannot_interpret_symptom", "brief": False},
        {"name": "ask_nausea", "brief": True},
    ]


def test_where_the_spray_is_named_its_own_topic_answers(ask: Ask) -> None:
    assert _asked(ask("how many sessions at first with the nasal spray")) == ["ask_spravato_schedule"]


def test_a_message_that_nobody_ranked_is_not_understood() -> None:
    finder = QuestionFinder.create(CONFIG, None, None, None)  # type: ignore[arg-type]
    (message,) = finder.process([Message.build("what does it cost")])
    assert message.get("intent") == {"name": NOT_UNDERSTOOD, "confidence": 1.0}


@settings(deadline=None)
@given(
    text=st.text(st.characters()) | st.lists(st.sampled_from(["cost?", "14 weeks", "and", "\n", "how"])).map(" ".join)
)
def test_any_text_is_decided_on(ask: Ask, text: str) -> None:
    message = ask(text)
    name = message.get("intent")["name"]
    asked = _asked(message)
    assert name == (SEVERAL if len(asked) > 1 else asked[0] if asked else NOT_UNDERSTOOD)
    assert 0 <= message.get("intent")["confidence"] <= 1
