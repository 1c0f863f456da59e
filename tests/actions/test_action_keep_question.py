"""What was turned down or not understood is kept for those who write the answers; what is grave is not."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.engine import Engine

from actions.action_answer import ActionAnswer
from actions.action_keep_question import ActionKeepQuestion
from actions.action_offer_topics import ActionOfferTopics
from ketamine_guide.content.importer import content_rules
from ketamine_guide.content.library import Library
from ketamine_guide.dialogue import unanswered as keeping
from ketamine_guide.settings import Settings
from ketamine_guide.store import unanswered
from ketamine_guide.store.database import engine, migrated
from ketamine_guide.store.unanswered import Unanswered

RANKING = ("cannot_driving", "ask_session_length", "cannot_aftercare", "ask_dizziness", "ask_nausea", "ask_cost")


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    own = Settings(database_url=f"sqlite:///{tmp_path / 'guide.db'}")
    monkeypatch.setattr(keeping, "settings", lambda: own)
    yield own
    engine(own.database_url).dispose()


@pytest.fixture
def database(chosen: Settings) -> Engine:
    return migrated(chosen.database_url)


def _kept(database: Engine) -> list[Unanswered]:
    return unanswered.since(database, datetime.now(UTC), 1)


def _run(action: Action, *intents: str, text: str = "my name is Ann, can i drive home", asked: Any = ()) -> list[Any]:
    """Runs the action after a message of the last intent; returns the responses it gave."""
    events = [{"event": "user", "input_channel": "sms", "parse_data": {"intent": {"name": name}}} for name in intents]
    latest = {
        "text": text,
        "intent": {"name": intents[-1], "confidence": 0.9},
        "intent_ranking": [{"name": name, "confidence": 0.1} for name in RANKING],
        "questions": [{"name": name, "brief": False} for name in asked],
    }
    tracker = Tracker("+15550100", {}, latest, events, False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    assert asyncio.run(action.run(dispatcher, tracker, {})) == []
    return [message["response"] for message in dispatcher.messages]


def test_each_kind_of_question_that_is_turned_down_is_kept_after_its_reply(content: Library) -> None:
    rules = {rule["steps"][0]["intent"]: rule["steps"][1:] for rule in content_rules(content)}
    refusals = {name for name in content.intents if name.startswith("cannot_")}
    assert refusals
    for name in refusals:
        assert rules[name] == [{"action": f"utter_{name}"}, {"action": "action_keep_question"}]
    for name in rules.keys() - refusals:
        assert {"action": "action_keep_question"} not in rules[name]


def test_a_question_that_was_turned_down_is_kept(database: Engine) -> None:
    assert _run(ActionKeepQuestion(), "ask_nausea", "cannot_driving") == []
    (question,) = _kept(database)
    assert question.text == "my name is [name], can i drive home"
    assert (question.reason, question.channel) == ("cannot_driving", "sms")
    assert question.guesses == ("ask_session_length", "ask_dizziness", "ask_nausea")


def test_a_question_that_was_not_understood_is_kept(database: Engine) -> None:
    assert _run(ActionOfferTopics(), "nlu_fallback") == ["utter_not_understood"]
    (question,) = _kept(database)
    assert question.reason == "not_understood"


def test_of_several_questions_those_that_were_turned_down_are_kept(database: Engine) -> None:
    asked = ("ask_nausea", "cannot_driving", "cannot_dose")
    responses = _run(ActionAnswer(), "several_questions", asked=asked)
    assert responses == ["utter_cannot_driving", "utter_cannot_dose", "utter_answer"]
    assert sorted(question.reason for question in _kept(database)) == ["cannot_dose", "cannot_driving"]


def test_a_question_that_was_answered_is_not_kept(database: Engine) -> None:
    assert _run(ActionAnswer(), "ask_nausea") == ["utter_answer"]
    assert _run(ActionAnswer(), "several_questions", asked=("ask_nausea", "ask_cost")) == ["utter_answer"]
    assert _kept(database) == []


@pytest.mark.parametrize("grave", ["crisis", "check_in", "check_in_yes"])
def test_nothing_is_kept_where_the_crisis_screen_found_something(database: Engine, grave: str) -> None:
    _run(ActionKeepQuestion(), grave)
    _run(ActionOfferTopics(), grave)
    _run(ActionKeepQuestion(), grave, "ask_nausea", "cannot_driving")
    _run(ActionOfferTopics(), grave, "nlu_fallback")
    assert _kept(database) == []
    _run(ActionKeepQuestion(), "greet", "cannot_driving")
    assert len(_kept(database)) == 1


def test_where_none_are_wanted_none_is_written(
    chosen: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "settings", lambda: chosen.copy(update={"keep_questions_days": 0}))
    _run(ActionKeepQuestion(), "cannot_driving")
    assert not (tmp_path / "guide.db").exists()


@pytest.mark.parametrize("action", [ActionKeepQuestion(), ActionOfferTopics()])
def test_a_locked_database_is_no_error_and_is_not_waited_for(
    database: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture, action: Action
) -> None:
    with sqlite3.connect(tmp_path / "guide.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        # SQLite itself would wait for a second, and then raise an OperationalError.
        _run(action, "cannot_driving")
        other.execute("ROLLBACK")
    assert "An unanswered question was not kept in time: TimeoutError" in caplog.text
    for private in ("drive", "Ann", "5550100"):
        assert private not in caplog.text


def test_a_database_that_is_gone_is_no_error(
    chosen: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gone = chosen.copy(update={"database_url": f"sqlite:///{tmp_path / 'no such folder' / 'guide.db'}"})
    monkeypatch.setattr(keeping, "settings", lambda: gone)
    assert _run(ActionOfferTopics(), "nlu_fallback") == ["utter_not_understood"]
    assert "An unanswered question was not kept in time: OperationalError" in caplog.text
    assert "drive" not in caplog.text


def test_a_tracker_that_makes_no_sense_is_no_error(database: Engine, caplog: pytest.LogCaptureFixture) -> None:
    tracker = Tracker(
        "x", {}, {"text": "a", "intent": {"name": "cannot_dose"}}, [{"event": "user"}], False, None, {}, ""
    )
    assert asyncio.run(ActionKeepQuestion().run(CollectingDispatcher(), tracker, {})) == []
    assert _kept(database) == []
    assert "An unanswered question was not kept in time: KeyError" in caplog.text
