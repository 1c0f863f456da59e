"""What the web channel says when something is missing, slow, or too much. Each with the real processes."""

from __future__ import annotations

import socket
import sqlite3
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests

from ketamine_guide.launch import private_bot

from .conftest import MANY, SECRET, Guide, Tab, kinds, names_help

CRISIS = "i want to kill myself"
QUESTION = "can it cause nausea?"
SECONDS_FOR_A_RECORD = 15


def _until(guide: Guide, query: str, count: int) -> int:
    """How many rows there are, once there are as many as wanted or the time is up."""
    deadline = time.monotonic() + SECONDS_FOR_A_RECORD
    while (found := len(guide.rows(query))) < count and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def test_the_limit_stops_questions_and_no_crisis(tmp_path: Path) -> None:
    few = {"KETAMINE_GUIDE_WEB_MESSAGES_PER_MINUTE": "2", "KETAMINE_GUIDE_WEB_ADDRESS_MESSAGES_PER_MINUTE": "7"}
    with private_bot(tmp_path, **few) as bot:
        guide = Guide(f"{bot.url}/webhooks/web", tmp_path)
        tab = Tab(guide.server).open()
        assert [tab.say(QUESTION).status_code for _ in range(4)] == [200, 200, 429, 429]
        refused = tab.say(QUESTION)
        assert refused.json()["error"] == "slow_down"
        assert 1 <= int(refused.headers["Retry-After"]) <= 30
        assert names_help(refused)
        assert len(guide.events(tab.sender)) == 2

        # Told by the rules, by the classifier, by a button, in a report, and once nothing is read in full any more.
        assert kinds(tab.say(CRISIS)) == ["crisis"]
        assert kinds(tab.say("everybody would be better off without me here"))[0] in {"crisis", "check_in"}
        assert kinds(tab.choose("check_in_yes")) == ["crisis"]
        assert kinds(tab.post("/reports", {"text": CRISIS})) == ["crisis"]
        assert {tab.say(QUESTION).status_code for _ in range(30)} == {429}
        assert kinds(tab.say(CRISIS)) == ["crisis"]
        assert _until(guide, "SELECT id FROM escalations", 4) >= 4

        # An address has one too, however many sessions it asks for, and so many sessions.
        others = [tab.open() for _ in range(6)]
        assert requests.post(f"{guide.server}/session", json={}, timeout=10).status_code == 429
        assert [other.say(QUESTION).status_code for other in others] == [200] * 5 + [429]
        assert kinds(others[-1].say(CRISIS)) == ["crisis"]


def test_while_the_plain_question_is_open_no_limit_stops_the_answer_to_it(tmp_path: Path) -> None:
    with private_bot(tmp_path, KETAMINE_GUIDE_WEB_MESSAGES_PER_MINUTE="1") as bot:
        tab = Tab(f"{bot.url}/webhooks/web").open()
        assert kinds(tab.say("whats the point of anything")) == ["check_in"]
        assert kinds(tab.say("yes")) == ["crisis"]


def test_a_reply_survives_the_process_and_is_not_given_twice(tmp_path: Path) -> None:
    ids = [str(uuid.uuid4()) for _ in range(3)]
    with private_bot(tmp_path, KETAMINE_GUIDE_SECRET=SECRET) as bot:
        before = Tab(f"{bot.url}/webhooks/web").open()
        first = before.say(QUESTION, ids[0]).json()
        cut_off = before.say("can it make me dizzy?", ids[1]).json()
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with sqlite3.connect(tmp_path / "guide.db") as database:
        # As if the process had died after the second turn, before it could keep the reply; and in a third, before Rasa.
        database.execute("UPDATE claims SET reply = NULL, at = ? WHERE message_id = ?", (an_hour_ago, ids[1]))
        database.execute(
            "INSERT INTO claims (session_hash, message_id, at) "
            "SELECT session_hash, ?, ? FROM claims WHERE message_id = ?",
            (ids[2], an_hour_ago, ids[0]),
        )
    with private_bot(tmp_path, KETAMINE_GUIDE_SECRET=SECRET) as bot:
        guide = Guide(f"{bot.url}/webhooks/web", tmp_path)
        tab = Tab(guide.server, before.token)
        assert tab.say(QUESTION, ids[0]).json() == first
        assert tab.say("can it make me dizzy?", ids[1]).json() == cut_off
        assert len(guide.events(before.sender)) == 2
        assert kinds(tab.say("how long does a session take?", ids[2])) == ["answer"]
        assert len(guide.events(before.sender)) == 3


def test_a_dead_action_server_is_admitted_and_a_crisis_answered(tmp_path: Path) -> None:
    with private_bot(tmp_path, **MANY) as bot:
        guide = Guide(f"{bot.url}/webhooks/web", tmp_path)
        tab = Tab(guide.server).open()
        bot.actions.terminate()
        bot.actions.wait(10)
        id = str(uuid.uuid4())
        failed = tab.say(QUESTION, id)
        assert (failed.status_code, kinds(failed)) == (200, ["failure"])
        assert names_help(failed)
        assert kinds(tab.say(QUESTION, id)) == ["failure"]
        assert len(guide.events(tab.sender)) == 1
        assert kinds(tab.say(CRISIS)) == ["crisis"]


def test_a_slow_rasa_is_admitted_and_a_crisis_answered_and_recorded_once(tmp_path: Path) -> None:
    with private_bot(tmp_path, **MANY) as bot:
        guide = Guide(f"{bot.url}/webhooks/web", tmp_path)
        tab = Tab(guide.server).open()
        tab.say("hello")
        bot.actions.terminate()
        bot.actions.wait(10)
        ids = [str(uuid.uuid4()) for _ in range(10)]
        crisis = str(uuid.uuid4())
        # Each waits for an action that never answers, and for those before it.
        with socket.create_server(("127.0.0.1", bot.actions_port)), ThreadPoolExecutor(11) as pool:
            waiting = [pool.submit(tab.say, QUESTION, id) for id in ids]
            time.sleep(1)
            answered = pool.submit(tab.say, CRISIS, crisis).result()
            late = [one.result() for one in waiting if one.result().status_code == 504]
        assert kinds(answered) == ["crisis"]
        assert names_help(answered)
        assert late
        assert all(one.json()["error"] == "too_slow" and names_help(one) for one in late)
        # The turns went on: sent again, each has its reply, and the conversation has each once.
        assert tab.say(QUESTION, ids[-1]).status_code == 200
        tab.say(CRISIS, crisis)
        said = [event["text"] for event in guide.events(tab.sender)]
        assert (said.count(CRISIS), said.count(QUESTION)) == (1, 10)
        assert _until(guide, "SELECT id FROM escalations", 1) == 1


def test_without_a_database_messages_are_answered_once_all_the_same(tmp_path: Path) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    with private_bot(tmp_path, KETAMINE_GUIDE_DATABASE_URL=nowhere, **MANY) as bot:
        guide = Guide(f"{bot.url}/webhooks/web", tmp_path)
        tab = Tab(guide.server).open()
        id = str(uuid.uuid4())
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: tab.say(QUESTION, id), range(8)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.text for answer in answers}) == 1
        assert len(guide.events(tab.sender)) == 1
        assert kinds(tab.say(CRISIS)) == ["crisis"]
        lost = tab.post("/feedback", {"reply": "1", "topic": "ask_nausea", "helpful": True})
        assert (lost.status_code, lost.json()["error"]) == (500, "failed")


def test_without_a_model_it_is_not_ready_and_a_crisis_is_answered_and_recorded(tmp_path: Path) -> None:
    empty = tmp_path / "empty.tar.gz"
    empty.touch()
    with private_bot(tmp_path, model=empty, **MANY) as bot:
        guide = Guide(f"{bot.url}/webhooks/web", tmp_path)
        assert requests.get(f"{guide.server}/health", timeout=10).status_code == 200
        assert requests.get(f"{guide.server}/ready", timeout=10).status_code == 503
        tab = Tab(guide.server).open()
        refused = tab.say(QUESTION)
        assert (refused.status_code, refused.json()["error"]) == (503, "not_ready")
        assert names_help(refused)
        assert kinds(tab.say(CRISIS)) == ["crisis"]
        assert _until(guide, "SELECT id FROM escalations WHERE channel = 'web'", 1) == 1
        spanish = tab.say("¿cuánto tiempo dura una sesión y me puede dar náuseas?").json()["replies"][0]
        assert spanish["lang"] == "es"
