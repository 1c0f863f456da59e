"""What Rasa is told follows from the content, and from nothing else."""

from __future__ import annotations

import pytest
from rasa.shared.importers.importer import TrainingDataImporter

from ketamine_guide.content.importer import content_examples
from ketamine_guide.content.library import Library
from ketamine_guide.crisis.replies import LAST_RESORT, reply
from ketamine_guide.dialogue.nlg import CRISIS_RESPONSES
from ketamine_guide.nlu.question_finder import SEVERAL
from ketamine_guide.settings import ROOT


def _importer() -> TrainingDataImporter:
    return TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")]
    )


# The rules of data/dialogue/rules.yml, by what the user said; a typed yes and no each have a second one.
SAFETY = {"crisis", "check_in", "check_in_yes", "check_in_no"}
WRITTEN_BY_HAND = [*SAFETY, "nlu_fallback", "say_yes", "say_no"]


def test_every_entry_has_an_intent_its_examples_and_a_rule(content: Library) -> None:
    importer = _importer()
    names = {*content.topics, *content.intents}
    assert names | SAFETY <= set(importer.get_domain().intents)
    examples = importer.get_nlu_data().intent_examples
    assert {example.get("intent") for example in examples} == names
    assert len(examples) == sum(len(texts) for texts in content_examples(content).values())
    ruled = [
        event.intent_name
        for step in importer.get_stories().story_steps
        for event in step.events
        if event.type_name == "user"
    ]
    assert sorted(ruled) == sorted([*names, SEVERAL, *WRITTEN_BY_HAND])


def test_follow_ups_are_learnt_behind_the_question_they_lean_on(content: Library) -> None:
    learnt = {(example.get("intent"), example.get("text")) for example in _importer().get_nlu_data().intent_examples}
    for name, follow_ups in content.follow_ups().items():
        for row in follow_ups:
            assert (name, f"{content.topics[row.after].question} {row.words}") in learnt


def test_only_the_screen_and_its_buttons_lead_to_a_crisis() -> None:
    taught = {example.get("intent") for example in _importer().get_nlu_data().intent_examples}
    assert not SAFETY & taught


@pytest.mark.parametrize("channel", [None, "sms"])
@pytest.mark.parametrize(("response", "name"), CRISIS_RESPONSES.items())
def test_rasa_knows_the_words_for_a_crisis(response: str, name: str, channel: str | None) -> None:
    (text,) = (
        variation["text"]
        for variation in _importer().get_domain().responses[response]
        if variation.get("channel") == channel
    )
    assert text == reply(name, language="en", channel=channel or "web", country="US") != LAST_RESORT


def test_every_reply_has_its_sms_form(content: Library) -> None:
    responses = _importer().get_domain().responses
    assert {f"utter_{name}" for name in content.intents} <= set(responses)
    for name, variations in responses.items():
        assert {variation.get("channel") for variation in variations} == {None, "sms"}, name
