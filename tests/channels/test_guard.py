"""The rules alone notice a crisis, with the lexicons and without."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from ketamine_guide.channels.guard import Guard
from ketamine_guide.channels.incoming import Message
from ketamine_guide.crisis.replies import FOLDER


def _says(text: str) -> Message:
    return Message(str(uuid.uuid4()), text=text)


@pytest.mark.parametrize(
    ("text", "level", "language"),
    [
        ("i want to kill myself", "crisis", "en"),
        ("quiero morir, no puedo más", "crisis", "es"),
        ("how long does a session take?", "none", "en"),
    ],
)
def test_words_are_judged_by_the_rules(text: str, level: str, language: str) -> None:
    verdict = Guard(FOLDER).judge(_says(text))
    assert (verdict.level, verdict.language) == (level, language)


def test_yes_to_the_plain_question_is_a_crisis_and_other_choices_are_none() -> None:
    levels = {name: Guard(FOLDER).judge(Message("", choice=name)).level for name in ("check_in_yes", "check_in_no")}
    assert levels == {"check_in_yes": "crisis", "check_in_no": "none"}


def test_without_lexicons_a_plain_list_decides(tmp_path: Path) -> None:
    assert Guard(tmp_path).judge(_says("i want to die")).level == "crisis"
    assert Guard(tmp_path).judge(_says("hello")).level == "none"
