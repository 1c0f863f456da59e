"""What Rasa is told follows from the content, and from nothing else."""

from __future__ import annotations

from rasa.shared.importers.importer import TrainingDataImporter

from ketamine_guide.content.library import Library
from ketamine_guide.settings import ROOT


def _importer() -> TrainingDataImporter:
    return TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")]
    )


def test_every_entry_has_an_intent_its_examples_and_a_rule(content: Library) -> None:
    importer = _importer()
    names = {*content.topics, *content.intents}
    assert names | {"crisis"} <= set(importer.get_domain().intents)
    examples = importer.get_nlu_data().intent_examples
    assert {example.get("intent") for example in examples} == names
    assert len(examples) == sum(len(texts) for texts in content.examples().values())
    rules = importer.get_stories().story_steps
    assert len(rules) == len(names) + 2
    ruled = {event.intent_name for step in rules for event in step.events if event.type_name == "user"}
    assert ruled == names | {"crisis", "nlu_fallback"}


def test_every_reply_has_its_sms_form(content: Library) -> None:
    responses = _importer().get_domain().responses
    assert {f"utter_{name}" for name in content.intents} <= set(responses)
    for name, variations in responses.items():
        assert {variation.get("channel") for variation in variations} == {None, "sms"}, name
