"""The Rasa component that decides what a message asks; when it can't tell, the message is not understood."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message

from ketamine_guide.content.library import library
from ketamine_guide.nlu.entity_finder import named
from ketamine_guide.nlu.message_reader import QUESTIONS, reading_of
from ketamine_guide.nlu.questions import Context, Question, Thresholds, find
from ketamine_guide.nlu.topic_classifier import TopicClassifier, rankings

NOT_UNDERSTOOD = "nlu_fallback"
SEVERAL = "several_questions"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class QuestionFinder(GraphComponent):  # type: ignore[misc]
    """Sets the message's intent, and under `questions` each question of a message that asks several.

    Config:
        sure, clause, told, alone, second, related, beside, alone_intents: see `questions.Thresholds`.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """What ranks the intents."""
        return [TopicClassifier]

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionFinder:
        """Builds the component from its config (see the parent class)."""
        chosen = {name: config[name] for name in ("sure", "clause", "told", "alone", "second", "related", "beside")}
        helping = {name: intent.related for name, intent in library().intents.items()}
        return cls(Thresholds(**chosen, helping=helping, alone_intents=tuple(config.get("alone_intents", ()))))

    def process(self, messages: list[Message]) -> list[Message]:
        """Decides on each message."""
        for message in messages:
            found = self._find(message)
            name = SEVERAL if len(found) > 1 else found[0].name if found else NOT_UNDERSTOOD
            ranking = message.get(INTENT_RANKING_KEY) or []
            likely = next((g[PREDICTED_CONFIDENCE_KEY] for g in ranking if g[INTENT_NAME_KEY] == name), 1.0)
            message.set(INTENT, {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: likely}, add_to_output=True)
            asked = [{"name": question.name, "brief": question.brief} for question in found]
            message.set(QUESTIONS, asked, add_to_output=True)
        return messages

    def _find(self, message: Message) -> tuple[Question, ...]:
        reading, ranked = reading_of(message), rankings(message)
        if reading.chosen:
            return (Question(reading.chosen),)
        whole = ranked.get(reading.windows[0])
        if not whole:
            return ()
        behind = ranked.get(reading.in_context) if reading.in_context else None
        clauses = [ranked[clause] for clause in reading.clauses if clause in ranked]
        urgent, least = self._thresholds.alone_intents, self._thresholds.told
        told = [found for clause in reading.told if (found := ranked.where_likely(clause, urgent, least))]
        context = Context(behind, reading.more)
        return find(whole, clauses, context, named(message), self._thresholds, told=told)
