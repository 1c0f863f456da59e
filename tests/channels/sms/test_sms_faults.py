"""What is texted when something is missing or slow. Each with the real processes."""

from __future__ import annotations

import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ketamine_guide.launch import private_bot
from tests.channels.conftest import Guide

from .conftest import MANY, SETTINGS, Phone, sid
from .test_sms import CRISIS, QUESTION, escalations, senders

# Twilio gives up after 15 seconds; ours is 8.
SECONDS = 8.0


def test_without_a_model_a_crisis_is_answered_and_recorded_and_stop_is_kept(tmp_path: Path) -> None:
    empty = tmp_path / "empty.tar.gz"
    empty.touch()
    with private_bot(tmp_path, model=empty, **SETTINGS, **MANY) as bot:
        guide, phone = Guide(bot.url, tmp_path), Phone(bot.url)
        (text,) = phone.texts(QUESTION)
        assert "can't answer just now" in text
        assert "988" in text
        assert "glad you told me" in phone.texts(CRISIS)[0]
        assert len(escalations(guide, 1)) == 1
        assert "no more texts" in phone.texts("STOP")[0]
        assert phone.texts(QUESTION) == []
        assert phone.texts(CRISIS) == []
        assert len(escalations(guide, 2)) == 2


def test_with_a_dead_action_server_a_crisis_is_answered_and_the_rest_admitted(tmp_path: Path) -> None:
    with private_bot(tmp_path, **SETTINGS, **MANY) as bot:
        phone = Phone(bot.url)
        bot.actions.terminate()
        bot.actions.wait(10)
        assert "can't answer just now" in phone.texts(QUESTION)[-1]
        assert "glad you told me" in phone.texts(CRISIS)[0]


def test_a_slow_guide_says_so_in_time_and_a_crisis_does_not_wait(tmp_path: Path) -> None:
    with private_bot(tmp_path, **SETTINGS, **MANY) as bot:
        guide, phone = Guide(bot.url, tmp_path), Phone(bot.url)
        phone.texts("hello")
        bot.actions.terminate()
        bot.actions.wait(10)
        asked = ["can it cause nausea?", "is it addictive?", "can it make me dizzy?", "who can have it?"] * 3

        def timed(text: str) -> tuple[list[str], float]:
            started = time.monotonic()
            return phone.texts(text, ids.get(text, "")), time.monotonic() - started

        ids = {CRISIS: sid()}
        # Each waits for an action that never answers, and for those before it.
        with socket.create_server(("127.0.0.1", bot.actions_port)), ThreadPoolExecutor(16) as pool:
            waiting = [pool.submit(timed, text) for text in asked]
            time.sleep(1)
            crisis = pool.submit(timed, CRISIS).result()
            answers = [one.result() for one in waiting]
        assert all(took < SECONDS for _, took in [crisis, *answers])
        assert "988" in crisis[0][0]
        assert "glad you told me" in crisis[0][0]
        assert all("988" in texts[0] for texts, _ in answers)
        assert any("need a little longer" in texts[0] for texts, _ in answers)
        assert len(escalations(guide, 1)) == 1
        (sender,) = senders(guide)
        assert [event["text"] for event in guide.events(sender)].count(CRISIS) <= 1


def test_a_guide_that_stands_still_answers_when_it_goes_on(tmp_path: Path) -> None:
    with private_bot(tmp_path, **SETTINGS, **MANY) as bot:
        guide, phone = Guide(bot.url, tmp_path), Phone(bot.url)
        phone.texts("hello")
        id = sid()
        os.kill(bot.rasa.pid, signal.SIGSTOP)
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(phone.texts, QUESTION, id)
            time.sleep(2)
            os.kill(bot.rasa.pid, signal.SIGCONT)
            assert first.result() == phone.texts(QUESTION, id)
        (sender,) = senders(guide)
        assert [event["text"] for event in guide.events(sender)].count(QUESTION) == 1


def test_without_a_database_texts_are_answered_and_a_stop_is_not_pretended(tmp_path: Path) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    with private_bot(tmp_path, **SETTINGS, **MANY, KETAMINE_GUIDE_DATABASE_URL=nowhere) as bot:
        guide, phone = Guide(bot.url, tmp_path), Phone(bot.url)
        assert phone.texts(QUESTION)
        assert "glad you told me" in phone.texts(CRISIS)[0]
        assert "can't answer just now" in phone.texts("STOP")[0]
        id = sid()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: phone.texts("is it addictive?", id), range(8)))
        assert answers == [answers[0]] * 8
        assert "The opt-outs of the SMS channel can't be used" in guide.log
