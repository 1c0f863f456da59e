"""The crisis screen as a Rasa component: it has the last word, and no part of it is lost in silence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ketamine_guide.content.library import DATA, FollowUp
from ketamine_guide.crisis import crisis_screen, examples
from ketamine_guide.crisis.crisis_screen import CrisisScreen
from ketamine_guide.nlu import sentence_encoder
from ketamine_guide.nlu.minilm import Encoder
from ketamine_guide.nlu.minilm_graph import write_encoder
from ketamine_guide.nlu.sentence_encoder import SentenceEncoder

PLAIN = "i want to kill myself"
# Nothing that a rule knows: only the classifier finds it.
IN_OTHER_WORDS = "i keep picturing how my funeral would go"
NAME = "component"
CONFIG = {"classes": {"feeling_low": "distress", "left": "never_learnt"}, "left_out": ["left"], "ordinary": ["ask_"]}
TINY = {
    "active.en.plain.txt": """
        i keep picturing my own funeral
        i picture how my funeral would go and it calms me
        my funeral is all i think about at night
        i picture my death every single night
        i think about my death and my funeral all day
        i keep thinking about ending things for myself
        i have been picturing my own death
        i keep picturing how my life would end
    """,
    "idiom.en.slang.txt": """
        this exam is killing me lol
        lol my boss is killing me
        these stairs are murder lol
        i laughed so hard at that joke lol
        this homework is going to be the death of me lol
        my feet are killing me after that walk lol
        lol dead, that joke was too good
        this traffic kills me lol
    """,
    "other.en.plain.txt": """
        how long does a session take
        what does it cost
        is it covered by my plan
        what time do you open
        can i eat before the infusion
        how many sessions are there
        does it make you feel sick
        what does the spray taste like
    """,
}
INTENTS = {
    "feeling_low": ["i feel so low today", "i cry all day", "everything is grey and heavy", "i am so tired of this"],
    "ask_cost": ["how much money is a session", "what is the price", "is it expensive", "what would i pay"],
    "left": ["yes i am", "yes a bit", "kind of yes", "some days yes"],
}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    folder = tmp_path_factory.mktemp("encoder")
    write_encoder(folder)
    return SentenceEncoder(Encoder(folder), Resource("encoder"))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What training on a few examples leaves behind."""
    folder = tmp_path_factory.mktemp("examples")
    for name, lines in TINY.items():
        (folder / name).write_text(lines, encoding="utf-8")
    few = examples.read_examples(folder)
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("archive"))
    data = TrainingData([Message.build(text, intent=intent) for intent, texts in INTENTS.items() for text in texts])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examples, "read_examples", lambda: few)
        resource = CrisisScreen.create(CONFIG, storage, Resource(NAME), None).train(data)  # type: ignore[arg-type]
    with storage.read_from(resource) as written:
        return Path(written)


@pytest.fixture
def folder(archive: Path, storage: LocalModelStorage, resource: Resource) -> Path:
    """A copy of the archive for one test, where the fixtures' storage finds it."""
    with storage.write_to(resource) as own:
        shutil.copytree(archive, own, dirs_exist_ok=True)
        return Path(own)


@pytest.fixture
def load(storage: LocalModelStorage, resource: Resource, context: Any) -> Callable[[], CrisisScreen]:
    """Loads the component from whatever the archive then holds."""
    return lambda: CrisisScreen.load(CONFIG, storage, resource, context)


@pytest.fixture
def screen(folder: Path, load: Callable[[], CrisisScreen]) -> CrisisScreen:
    return load()


def _judged(screen: CrisisScreen, encoder: SentenceEncoder | None, text: str) -> Message:
    guess = {"name": "ask_cost", "confidence": 0.9}
    message = Message({"text": text, "intent": guess, "intent_ranking": [guess]})
    (judged,) = screen.process(encoder.process([message]) if encoder else [message])
    return judged


def _entities(message: Message) -> dict[str, str]:
    return {entity["entity"]: entity["value"] for entity in message.get("entities", [])}


def test_it_overrides_the_intent_and_names_kind_and_language(screen: CrisisScreen, encoder: SentenceEncoder) -> None:
    text = f"what does it cost, {PLAIN}"
    message = _judged(screen, None, text)
    assert message.get("intent") == {"name": "crisis", "confidence": 1.0}
    assert [guess["name"] for guess in message.get("intent_ranking")] == ["crisis", "ask_cost"]
    assert _entities(message) == {"crisis_kind": "active", "crisis_language": "en"}
    assert message.get("text") == text
    for entity in message.get("entities"):
        assert (entity["start"], entity["end"], entity["extractor"]) == (0, len(text), "CrisisScreen")


def test_it_names_spanish(screen: CrisisScreen) -> None:
    assert _entities(_judged(screen, None, "ya no quiero vivir")) == {"crisis_kind": "passive", "crisis_language": "es"}


def test_the_classifier_that_was_trained_is_the_one_that_speaks(screen: CrisisScreen, encoder: SentenceEncoder) -> None:
    assert _judged(screen, encoder, IN_OTHER_WORDS).get("intent")["name"] == "crisis"
    assert _judged(screen, None, IN_OTHER_WORDS).get("intent")["name"] == "ask_cost"


def test_a_doubtful_message_gets_the_check_in(screen: CrisisScreen, encoder: SentenceEncoder) -> None:
    message = _judged(screen, encoder, "i am not suicidal, i keep picturing my own funeral")
    assert message.get("intent") == {"name": "check_in", "confidence": 1.0}
    assert [guess["name"] for guess in message.get("intent_ranking")] == ["check_in", "ask_cost"]
    assert _entities(message) == {"crisis_kind": "active", "crisis_language": "en"}


def test_below_the_thresholds_nothing_is_touched(screen: CrisisScreen, encoder: SentenceEncoder) -> None:
    message = _judged(screen, encoder, "what does it cost")
    assert message.get("intent") == {"name": "ask_cost", "confidence": 0.9}
    assert message.get("intent_ranking") == [{"name": "ask_cost", "confidence": 0.9}]
    assert message.get("text") == "what does it cost"
    assert not message.get("entities")


@pytest.mark.parametrize(
    ("text", "level"), [(PLAIN, "crisis"), ("what does it cost", "none"), ("", "none"), ("🙏", "none")]
)
def test_every_message_shows_what_the_screen_found(
    screen: CrisisScreen, encoder: SentenceEncoder, text: str, level: str
) -> None:
    message = _judged(screen, None if level == "crisis" else encoder, text)
    assert message.get("crisis_screen")["level"] == level
    assert set(message.get("crisis_screen")) == {"level", "kind", "language", "score", "evidence"}
    assert message.as_dict(only_output_properties=True)["crisis_screen"] == message.get("crisis_screen")


def test_a_message_without_text_is_no_crisis(screen: CrisisScreen) -> None:
    (message,) = screen.process([Message({})])
    assert message.get("intent") is None
    assert message.get("crisis_screen")["level"] == "none"


def test_entities_found_before_stay(screen: CrisisScreen) -> None:
    before = {"entity": "number", "value": 2}
    (message,) = screen.process([Message({"text": PLAIN, "entities": [before]})])
    assert message.get("entities")[0] == before
    assert len(message.get("entities")) == 3


def test_a_message_that_could_not_be_encoded_is_screened_by_the_rules(screen: CrisisScreen) -> None:
    class Broken:
        def encode(self, texts: list[str]) -> Any:
            raise RuntimeError(texts)

    broken = SentenceEncoder(Broken(), Resource("encoder"))  # type: ignore[arg-type]
    message = _judged(screen, broken, PLAIN)
    assert message.get("intent")["name"] == "crisis"
    assert message.get("crisis_screen")["score"] is None


def test_a_crisis_behind_a_page_of_words_is_found_by_the_classifier(
    screen: CrisisScreen, encoder: SentenceEncoder
) -> None:
    page = "how long does a session take and what does it cost " * 60
    assert _judged(screen, encoder, page).get("crisis_screen")["level"] == "none"
    assert _judged(screen, encoder, page + (IN_OTHER_WORDS + " ") * 8).get("crisis_screen")["level"] != "none"


# Training.


def test_the_intents_teach_as_the_configuration_says(archive: Path) -> None:
    with np.load(archive / "weights.npz") as arrays:
        assert sorted(arrays["classes"]) == ["active", "distress", "idiom", "other"]


def test_the_archive_holds_what_was_measured(archive: Path) -> None:
    for name in ("lexicon.en.yml", "lexicon.es.yml", "thresholds.yml"):
        assert (archive / name).read_bytes() == (DATA / "crisis" / name).read_bytes()


def test_nothing_learns_from_what_is_held_out(monkeypatch: pytest.MonkeyPatch, storage: LocalModelStorage) -> None:
    monkeypatch.setattr(examples, "held_out", lambda text: text.startswith("i "))
    few = [examples.Example(f"{voice} {label}", label, "en", "plain") for label in "abcd" for voice in ("i", "you")]
    monkeypatch.setattr(examples, "read_examples", lambda: few)
    taught: list[str] = []

    def encode_examples(texts: list[str]) -> Any:
        taught.extend(texts)
        return np.random.default_rng(0).normal(size=(len(texts), 384)).astype(np.float32)

    monkeypatch.setattr(crisis_screen, "encode_examples", encode_examples)
    rows = [FollowUp(after="ask_nausea", words=words) for words in ("you then", "i then")]
    follow_ups = {"ask_cost": rows, "left": [FollowUp(after="ask_nausea", words="you left")]}
    monkeypatch.setattr(crisis_screen, "load", lambda: SimpleNamespace(follow_ups=lambda: follow_ups))
    data = TrainingData([Message.build(text, intent="ask_cost") for text in ("you pay", "you and a", "i pay")])
    CrisisScreen.create(CONFIG, storage, Resource(NAME), None).train(data)  # type: ignore[arg-type]
    assert taught == ["you a", "you b", "you c", "you d", "you pay", "you and a", "you then"]


# Loading what is not whole.


def test_a_whole_archive_is_loaded_without_complaint(screen: CrisisScreen, caplog: pytest.LogCaptureFixture) -> None:
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_without_an_archive_the_plain_list_decides(
    load: Callable[[], CrisisScreen], caplog: pytest.LogCaptureFixture
) -> None:
    screen = load()
    assert "is not in the model" in caplog.text
    assert _judged(screen, None, PLAIN).get("intent")["name"] == "crisis"
    assert _judged(screen, None, "what does it cost").get("intent")["name"] == "ask_cost"


@pytest.mark.parametrize("spoilt", list(product(["weights.npz", "features.json"], [None, b"", b"half a fi"])), ids=str)
def test_without_its_classifier_the_rules_decide(
    folder: Path,
    load: Callable[[], CrisisScreen],
    encoder: SentenceEncoder,
    caplog: pytest.LogCaptureFixture,
    spoilt: tuple[str, bytes | None],
) -> None:
    name, content = spoilt
    _spoil(folder / name, content)
    screen = load()
    assert "The classifier of the crisis screen can't be read" in caplog.text
    assert _judged(screen, encoder, PLAIN).get("crisis_screen")["level"] == "crisis"
    assert _judged(screen, encoder, PLAIN).get("crisis_screen")["score"] is None


@pytest.mark.parametrize("content", [None, b"", b"words: ["], ids=["missing", "empty", "no YAML"])
def test_without_a_lexicon_a_plain_statement_is_still_caught(
    folder: Path,
    load: Callable[[], CrisisScreen],
    encoder: SentenceEncoder,
    caplog: pytest.LogCaptureFixture,
    content: bytes | None,
) -> None:
    for path in folder.glob("lexicon.*.yml"):
        _spoil(path, content)
    screen = load()
    assert "The lexicons of the crisis screen can't be read" in caplog.text
    assert _judged(screen, None, PLAIN).get("intent")["name"] == "crisis"
    assert _judged(screen, encoder, IN_OTHER_WORDS).get("intent")["name"] == "crisis"


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"crisis: [",
        b"crisis: 0.5\ncheck_in: 0.2",
        b"crisis: 0.5\ncheck_in: 0.2\ndoubt: 0.1\nmore: 1",
        b"crisis: high\ncheck_in: 0.2\ndoubt: 0.1",
        b'crisis: "0.5"\ncheck_in: 0.2\ndoubt: 0.1',
        b"crisis:\ncheck_in: 0.2\ndoubt: 0.1",
    ],
    ids=["missing", "empty", "no YAML", "one short", "one more", "a word", "quoted", "no value"],
)
def test_with_broken_thresholds_a_plain_statement_is_still_caught(
    folder: Path,
    load: Callable[[], CrisisScreen],
    encoder: SentenceEncoder,
    caplog: pytest.LogCaptureFixture,
    content: bytes | None,
) -> None:
    _spoil(folder / "thresholds.yml", content)
    screen = load()
    assert _judged(screen, None, PLAIN).get("intent")["name"] == "crisis"
    assert _judged(screen, encoder, IN_OTHER_WORDS).get("intent")["name"] == "crisis"
    assert "The thresholds of the crisis screen can't be read" in caplog.text


def _spoil(path: Path, content: bytes | None) -> None:
    path.unlink() if content is None else path.write_bytes(content)


# When to train anew.


@pytest.fixture
def own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "crisis"
    (folder / "examples").mkdir(parents=True)
    for name in ("lexicon.en.yml", "lexicon.es.yml", "thresholds.yml"):
        shutil.copy(DATA / "crisis" / name, folder)
    (folder / "examples" / "active.es.espanol.txt").write_text("uno\ndos\n", encoding="utf-8")
    (folder / "examples" / "denial.en.clinic.txt").write_text("three\nfour\n", encoding="utf-8")
    monkeypatch.setattr(crisis_screen, "_FOLDER", folder)
    return folder


@pytest.mark.parametrize(
    "name", ["lexicon.en.yml", "lexicon.es.yml", "thresholds.yml", "examples/active.es.espanol.txt"]
)
def test_any_edited_file_makes_another_model(own_data: Path, name: str) -> None:
    before = CrisisScreen.fingerprint_addon({})
    assert CrisisScreen.fingerprint_addon({}) == before
    with (own_data / name).open("a", encoding="utf-8") as file:
        file.write("# edited\n")
    assert CrisisScreen.fingerprint_addon({}) != before


def test_a_new_file_makes_another_model(own_data: Path) -> None:
    before = CrisisScreen.fingerprint_addon({})
    (own_data / "examples" / "passive.en.new.txt").write_text("five\n", encoding="utf-8")
    assert CrisisScreen.fingerprint_addon({}) != before


def test_examples_that_change_their_class_make_another_model(own_data: Path) -> None:
    before = CrisisScreen.fingerprint_addon({})
    (own_data / "examples" / "denial.en.clinic.txt").rename(own_data / "examples" / "passive.en.clinic.txt")
    renamed = CrisisScreen.fingerprint_addon({})
    assert renamed != before
    # The last line of one file becomes the first of the next.
    (own_data / "examples" / "active.es.espanol.txt").write_text("uno\n", encoding="utf-8")
    (own_data / "examples" / "passive.en.clinic.txt").write_text("dos\nthree\nfour\n", encoding="utf-8")
    assert CrisisScreen.fingerprint_addon({}) != renamed


def test_the_encoder_stands_before_it() -> None:
    assert CrisisScreen.required_components() == [sentence_encoder.SentenceEncoder]
