"""What Rasa says, as texts: a crisis first and alone, the introduction by itself, choices by number."""

from __future__ import annotations

from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered

from ketamine_guide.channels.sms import words
from ketamine_guide.channels.sms.bodies import answer_to_check_in, render

from .test_words import _wording

WORDS = words.read(words.PATH, _wording)
TOPICS = [{"title": "Is it safe?", "payload": "/ask_is_it_safe"}, {"title": "Does it hurt?", "payload": "/ask_pain"}]
YES_NO = [{"title": "Yes", "payload": "/check_in_yes"}, {"title": "No", "payload": "/check_in_no"}]


def _message(text: str, kind: str = "reply", buttons: Any = (), **about: Any) -> dict[str, Any]:
    return {"text": text, "buttons": list(buttons), "about": {"kind": kind, "lang": "en", **about}}


def _bodies(*messages: dict[str, Any]) -> list[str]:
    (group,) = render(messages, WORDS)
    return [reply["body"] for reply in group]


def test_choices_stand_below_with_their_numbers() -> None:
    assert _bodies(_message("Which one?", buttons=TOPICS)) == [
        "Which one?\nReply 1 or 2:\n1 Is it safe?\n2 Does it hurt?"
    ]


def test_the_introduction_is_a_text_of_its_own() -> None:
    assert _bodies(_message("I am a guide.\nHello.", introduced=True)) == ["I am a guide.", "Hello."]


def test_a_crisis_reply_comes_first_and_alone() -> None:
    (group,) = render([_message("An answer."), _message("Call 988.\nOr 911.", "crisis")], WORDS)
    assert group == [{"body": "Call 988.\nOr 911.", "crisis": True}, {"body": "An answer.", "crisis": False}]


def test_several_messages_are_one_text_and_what_is_not_gsm_7_is_made_so() -> None:
    assert _bodies(_message("It’s so."), _message("And – more…")) == ["It's so.\nAnd - more..."]


def test_below_the_plain_question_the_numbers_are_its_answers_and_no_topics() -> None:
    bodies = _bodies(_message("Are you safe?", "check_in", YES_NO), _message("An answer.", "answer", TOPICS))
    assert bodies == ["Are you safe?\nAn answer.\nReply 1 or 2:\n1 Yes\n2 No"]


def test_choices_speak_the_language_of_the_question() -> None:
    asked = _message("¿Sí o no?", "check_in", [{"title": "Sí", "payload": "/check_in_yes"}, YES_NO[1]], lang="es")
    assert _bodies(asked, _message("An answer.", "answer", TOPICS))[0].endswith("Responda 1 o 2:\n1 Si\n2 No")


def test_nothing_to_say_is_no_text() -> None:
    assert render([], WORDS) == []
    assert render([{"text": None, "custom": {}}], WORDS) == []


def _said(text: str, buttons: Any = ()) -> BotUttered:
    return BotUttered(text, data={"buttons": list(buttons)})


def test_a_number_answers_the_plain_question_only_just_after_it() -> None:
    asked = [UserUttered("hm"), _said("Are you safe?", YES_NO), _said("An answer.", TOPICS)]
    assert answer_to_check_in(asked, "1") == "check_in_yes"
    assert answer_to_check_in(asked, "no.") == "check_in_no"
    assert answer_to_check_in(asked, "3") is None
    assert answer_to_check_in(asked, "Does it hurt?") is None
    assert answer_to_check_in([*asked, UserUttered("1"), _said("Call.")], "1") is None
    assert answer_to_check_in([UserUttered("hm"), _said("An answer.", TOPICS)], "1") is None
    assert answer_to_check_in([], "1") is None


def test_where_help_is_does_not_wait_for_a_more() -> None:
    line = "At any hour: call or text 988."
    about = {"kind": "answer", "crisis_lines": 1}
    long = "\n".join(
        [*(f"Sentence {number} of a long answer that takes its room in a text." for number in range(40)), line]
    )
    first, *later = render([{"text": long, "about": about}], WORDS)
    assert later
    assert line in first[0]["body"]
    assert all(line not in reply["body"] for group in later for reply in group)
