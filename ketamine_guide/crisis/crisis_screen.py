"""The Rasa component that lets the crisis screen have the last word on every message."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ketamine_guide.content.library import DATA, load
from ketamine_guide.crisis import examples
from ketamine_guide.crisis.lexicon import read
from ketamine_guide.crisis.normalise import plain
from ketamine_guide.crisis.rules import Rules
from ketamine_guide.crisis.screen import NONE, Screen, Thresholds, Verdict
from ketamine_guide.nlu.message_reader import reading_of
from ketamine_guide.nlu.sentence_encoder import SentenceEncoder, encode_examples, window_vectors
from ketamine_guide.nlu.text_model import TextModel, code_fingerprint

logger = logging.getLogger(__name__)

KIND, LANGUAGE, SCREENED = "crisis_kind", "crisis_language", "crisis_screen"
_FOLDER = DATA / "crisis"
_LEXICONS, _THRESHOLDS = "lexicon.*.yml", "thresholds.yml"
# With no thresholds to read, the lower ones: rather a question too many.
_CAUTIOUS = Thresholds(crisis=0.3, check_in=0.1, doubt=0.0)

# The encoder has seen these examples: following them less closely is better on messages that it has not.
_STRICTNESS = 0.3

Part = TypeVar("Part")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CrisisScreen(GraphComponent, IntentClassifier, EntityExtractorMixin):  # type: ignore[misc]
    """Sets the intent `crisis` or `check_in`, with the entity `crisis_kind`, on each message that asks for it.

    It stands last in the pipeline, so that no later component overrides it. Training keeps lexicons, thresholds and
    classifier in the model archive: what was measured is what runs.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """The sentence vectors it reads."""
        return [SentenceEncoder]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What config.yml may set.

        `classes`: the class of an intent's examples where it is not `other`; `left_out`: intents not learnt from;
        `ordinary`: how the names of intents begin that the screen's mild doubts alone do not override.
        """
        return {"classes": {}, "left_out": [], "ordinary": []}

    def __init__(self, screen: Screen, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._screen = screen
        self._config = config
        self._model_storage = model_storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CrisisScreen:
        """An untrained screen, which has its rules from `data/crisis/` (see the parent class)."""
        return cls(_screen(_FOLDER, model=None), config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CrisisScreen:
        """Reads the screen from the model archive; a part that can't be read is left out, and the log says so."""
        try:
            with model_storage.read_from(resource) as folder:
                model = _part("classifier", lambda: TextModel.load(folder))
                return cls(_screen(folder, model), config, model_storage, resource)
        except ValueError as error:
            logger.error("The crisis screen is not in the model (%s); its plain list decides.", error)
            return cls(Screen(None, None, _CAUTIOUS), config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """An edited lexicon or example makes another model; without this Rasa would take the old one from its cache."""
        # With its name, for an example's class stands there; hashed by itself, for a line may move to the next file.
        files = sorted(path for path in _FOLDER.rglob("*") if path.is_file())
        each = [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files]
        return hashlib.sha256("\n".join([code_fingerprint(__file__), *each]).encode()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from `data/crisis/examples/` and the intents' examples; keeps the screen's parts in the archive."""
        learnt = [(example.text, example.label) for example in examples.read_examples()]
        asked = [(message.get(TEXT), message.get(INTENT)) for message in training_data.intent_examples]
        # A follow-up is screened by itself, and the intents' classifier knows it only behind the question before it.
        asked += [(row.words, name) for name, rows in load().follow_ups().items() for row in rows]
        classes = self._config["classes"]
        learnt += [(text, classes.get(name, "other")) for text, name in asked if name not in self._config["left_out"]]
        texts, labels = zip(*((text, label) for text, label in learnt if not examples.held_out(text)), strict=True)
        vectors = encode_examples(list(texts))
        spelt = [plain(text) for text in texts]
        model = TextModel.fit(spelt, vectors, list(labels), strictness=_STRICTNESS, evenly=False)
        with self._model_storage.write_to(self._resource) as folder:
            model.save(folder)
            for path in (*_FOLDER.glob(_LEXICONS), _FOLDER / _THRESHOLDS):
                shutil.copy(path, folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Overrides the intent of each message that discloses a crisis or may do so."""
        for message in messages:
            text = message.get(TEXT) or ""
            # "The last one", said of the buttons just offered, is what it says; the rules still look at it.
            pieces = [] if reading_of(message).chosen else window_vectors(message)
            verdict = self._screen.judge(text, pieces, ordinary=self._ordinary(message))
            message.set(SCREENED, dataclasses.asdict(verdict), add_to_output=True)
            if verdict.level != NONE:
                self._override(message, verdict)
        return messages

    def _ordinary(self, message: Message) -> float:
        """The probability of the intent found before, where it is an ordinary question or an answer to ours; else 0."""
        intent = message.get(INTENT) or {}
        name, likely = str(intent.get("name")), intent.get("confidence") or 0.0
        return float(likely) if name.startswith(tuple(self._config["ordinary"])) else 0.0

    def _override(self, message: Message, verdict: Verdict) -> None:
        intent = {"name": verdict.level, "confidence": 1.0}
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [intent, *(message.get(INTENT_RANKING_KEY) or [])], add_to_output=True)
        # The entities span the message: what told is evidence for staff, and no word of the patient's to point at.
        found = [
            {"entity": name, "value": value, "start": 0, "end": len(message.get(TEXT) or "")}
            for name, value in ((KIND, verdict.kind), (LANGUAGE, verdict.language))
        ]
        entities = [*message.get(ENTITIES, []), *self.add_extractor_name(found)]
        message.set(ENTITIES, entities, add_to_output=True)


def _screen(folder: Path, model: TextModel | None) -> Screen:
    rules = _part("lexicons", lambda: Rules([read(path) for path in sorted(folder.glob(_LEXICONS))]))
    thresholds = _part("thresholds", lambda: Thresholds(**yaml.safe_load((folder / _THRESHOLDS).read_text())))
    return Screen(rules, model, thresholds or _CAUTIOUS)


def _part(name: str, load: Callable[[], Part]) -> Part | None:
    """A part of the screen, or None when it can't be read: the others go on without it."""
    try:
        return load()
    except Exception as error:
        logger.error("The %s of the crisis screen can't be read (%s); the other layers decide.", name, error)
        return None
