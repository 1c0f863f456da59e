"""Where every written reply passes on its way out, in Rasa's own process: it needs no action server and no database.

It fills in the clinic and the country's crisis lines, introduces the guide in the first reply, gives a crisis the words
for its kind and language, and keeps the crisis line under the replies that follow one.
"""

from __future__ import annotations

import shutil
import textwrap
import time
from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from ketamine_guide import rasa_changes
from ketamine_guide.crisis import replies
from ketamine_guide.crisis.resources import DEFAULT_LANGUAGE
from ketamine_guide.dialogue.about import ABOUT, GOES_ON
from ketamine_guide.dialogue.buttons import likely_topics, topic_buttons
from ketamine_guide.dialogue.wording import wording
from ketamine_guide.nlu.questions import REFUSAL_PREFIX
from ketamine_guide.settings import settings

INTRODUCTION = "utter_introduction"
_ANSWER, _ANSWER_WITH_LINE = "utter_answer", "utter_answer_crisis_line"
CRISIS, CHECK_IN = "utter_crisis", "utter_check_in"
# Responses whose words depend on the language and the kind, and stand in data/crisis/replies.*.yml.
CRISIS_RESPONSES = {
    CRISIS: "active",
    CHECK_IN: "check_in",
    "utter_no_to_check_in": "no_to_check_in",
}
_AT_RISK = frozenset({"crisis", "check_in", "check_in_yes"})
# The line stays under the replies for a day after a crisis was last spoken of; nothing else is made of it.
_LINE_SECONDS = 24 * 60 * 60
_SHELL = "cmdline"
_NEAR = 2
_NARROWEST = 20


class GuideNlg(TemplatedNaturalLanguageGenerator):  # type: ignore[misc]
    """Rasa's own responses, completed; a crisis is spoken of in the words of `data/crisis/`."""

    def __init__(self, endpoint_config: EndpointConfig | None, domain: Domain) -> None:
        super().__init__(domain.responses)
        # A setting or a file that can't be read stops the start, and not the first reply.
        wording()
        rasa_changes.apply()

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The response to utter, or None when the domain has none of this name."""
        response: dict[str, Any] | None
        if utter_action in CRISIS_RESPONSES:
            response = _of_crisis(utter_action, tracker, output_channel)
        else:
            response = await super().generate(utter_action, tracker, output_channel, **{**wording(), **kwargs})
            if response:
                before = [] if kwargs.get(GOES_ON) else self._before(tracker, output_channel)
                response["text"] = "\n".join([*before, response["text"]])
                line = _after(response["text"], tracker, output_channel)
                response["text"] = "\n".join([response["text"], *line])
                if near := _near(utter_action, tracker, output_channel):
                    response["buttons"] = near
                response[ABOUT] = {
                    "kind": "answer" if utter_action in (_ANSWER, _ANSWER_WITH_LINE) else "reply",
                    "lang": DEFAULT_LANGUAGE,
                    "crisis_lines": len(line) + (utter_action == _ANSWER_WITH_LINE),
                    "crisis_lang": _language(tracker) if line else DEFAULT_LANGUAGE,
                } | ({"introduced": True} if before else {})
        if response and tracker.get_latest_input_channel() == _SHELL:
            response["text"] = for_terminal(response["text"], shutil.get_terminal_size().columns)
        return response

    def _before(self, tracker: DialogueStateTracker, output_channel: str) -> list[str]:
        """The introduction, when nothing was said yet. A crisis reply never comes here: nothing stands before it."""
        if any(isinstance(event, BotUttered) for event in tracker.events):
            return []
        introduction = self.generate_from_slots(INTRODUCTION, {}, output_channel, **wording())
        return [introduction["text"]] if introduction else []


def _near(utter_action: str, tracker: DialogueStateTracker, output_channel: str) -> list[dict[str, str]]:
    """Buttons for what the document does answer near to a question that is turned down; a text has no room for them."""
    message = tracker.latest_message
    if message is None or utter_action != f"utter_{message.intent_name}" or output_channel == replies.SMS:
        return []
    if not message.intent_name.startswith(REFUSAL_PREFIX):
        return []
    return topic_buttons(likely_topics(message.parse_data.get("intent_ranking") or ())[:_NEAR])


def _of_crisis(utter_action: str, tracker: DialogueStateTracker, output_channel: str) -> dict[str, Any]:
    language = _language(tracker)
    name = CRISIS_RESPONSES[utter_action]
    if utter_action == CRISIS:
        name = _latest("crisis_kind", tracker) or name
    elif utter_action == CHECK_IN and _asked_just_before(tracker):
        name = "check_in_again"
    channel = replies.SMS if output_channel == replies.SMS else "web"
    text = replies.reply(name, language=language, channel=channel, country=settings().country)
    about = {
        "kind": {CRISIS: "crisis", CHECK_IN: "check_in"}.get(utter_action, "reply"),
        "lang": language,
        "urgent": name == "imminent",
        "crisis_lines": len(text.splitlines()),
        "crisis_lang": language,
    }
    if utter_action != CHECK_IN:
        return {"text": text, ABOUT: about}
    yes, no = replies.buttons(language)
    buttons = [{"title": yes, "payload": "/check_in_yes"}, {"title": no, "payload": "/check_in_no"}]
    return {"text": text, "buttons": buttons, ABOUT: about}


def _asked_just_before(tracker: DialogueStateTracker) -> bool:
    """Whether the message before the latest was met with the plain question too: it is not asked in the same words."""
    intents = [event.intent_name for event in tracker.events if isinstance(event, UserUttered)]
    return intents[-2:-1] == ["check_in"]


def _language(tracker: DialogueStateTracker) -> str:
    return _latest("crisis_language", tracker) or DEFAULT_LANGUAGE


def _latest(entity: str, tracker: DialogueStateTracker) -> str | None:
    """The value that the crisis screen last gave an entity in this conversation."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            for found in event.entities:
                if found.get("entity") == entity:
                    return str(found.get("value"))
    return None


def _after(text: str, tracker: DialogueStateTracker, output_channel: str) -> list[str]:
    """The crisis line, when this conversation spoke of a crisis within a day and the reply does not hold it."""
    line = wording()["lifeline_short"]
    spoken_of = any(
        isinstance(event, UserUttered)
        and event.intent_name in _AT_RISK
        and time.time() - (event.timestamp or 0) < _LINE_SECONDS
        for event in tracker.events
    )
    if not spoken_of or line in text:
        return []
    language = _language(tracker)
    channel = replies.SMS if output_channel == replies.SMS else "web"
    return [replies.reply("line", language=language, channel=channel, country=settings().country)]


def for_terminal(text: str, columns: int) -> str:
    """The text in lines that fit: Rasa's shell cuts a longer line off where the reply has buttons."""
    return "\n".join(textwrap.fill(line, max(columns - 4, _NARROWEST)) for line in text.splitlines())
