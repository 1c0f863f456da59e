"""Tells Rasa what `data/` holds: an intent, a reply and a rule for each topic and each other intent.

A topic is written in one place. Its intent, its rule and its part of the domain follow from it here, so that nobody
keeps lists of names in step by hand. Rasa's own files (`domain.yml`, `data/dialogue/*.yml` with rules, NLU data and
responses) are read as ever.
"""

from __future__ import annotations

from typing import Any

import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ketamine_guide.content.library import Library, load
from ketamine_guide.crisis.replies import reply
from ketamine_guide.dialogue.nlg import CRISIS_RESPONSES
from ketamine_guide.nlu.question_finder import SEVERAL
from ketamine_guide.nlu.questions import REFUSAL_PREFIX
from ketamine_guide.nlu.reading import behind


class GuideImporter(RasaFileImporter):  # type: ignore[misc]
    """Rasa's file importer, with the guide's content added."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._library = load()

    def get_domain(self) -> Domain:
        """The domain file's domain, merged with what the content needs."""
        return super().get_domain().merge(Domain.from_dict(content_domain(self._library)))

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """The rules of the data files, and one rule for each topic and each other intent."""
        rules = yaml.safe_dump({"version": "3.1", "rules": content_rules(self._library)})
        steps = YAMLStoryReader(self.get_domain()).read_from_string(rules)
        return super().get_stories(exclusion_percentage).merge(StoryGraph(steps))

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """The data files' examples, and the content's example questions and follow-ups, each with its intent."""
        learnt = content_examples(self._library).items()
        examples = [Message.build(text, intent=name) for name, texts in learnt for text in texts]
        return super().get_nlu_data(language).merge(TrainingData(examples))


def content_examples(library: Library) -> dict[str, list[str]]:
    """What each intent is learnt from: its examples, and its follow-ups behind the question they lean on."""
    rows = library.follow_ups()
    return {
        name: [*texts, *(behind(library.topics[row.after].question, row.words) for row in rows[name])]
        for name, texts in library.examples().items()
    }


def content_domain(library: Library) -> dict[str, Any]:
    """The part of the domain that the content brings: intents, and replies with their SMS form."""
    return {
        "intents": [*library.topics, *library.intents, SEVERAL],
        "responses": {
            f"utter_{intent.name}": [{TEXT: intent.reply}, {TEXT: intent.reply_sms, "channel": "sms"}]
            for intent in library.intents.values()
        }
        | _crisis_responses(),
    }


def _crisis_responses() -> dict[str, Any]:
    """What `dialogue/nlg.py` says in a crisis: Rasa knows the names, and has the words if it runs without us."""
    return {
        response: [
            {TEXT: reply(name, language="en", channel="web", country="US")},
            {TEXT: reply(name, language="en", channel="sms", country="US"), "channel": "sms"},
        ]
        for response, name in CRISIS_RESPONSES.items()
    }


def content_rules(library: Library) -> list[dict[str, Any]]:
    """A rule for each intent: topics are answered by `action_answer`, the others by their own reply.

    A question that is turned down is then kept, for those who write the answers.
    """
    actions = {name: ["action_answer"] for name in [*library.topics, SEVERAL]}
    for name in library.intents:
        keeping = ["action_keep_question"] if name.startswith(REFUSAL_PREFIX) else []
        actions[name] = [f"utter_{name}", *keeping]
    return [
        {"rule": f"{intent} is answered", "steps": [{"intent": intent}, *({"action": name} for name in names)]}
        for intent, names in actions.items()
    ]
