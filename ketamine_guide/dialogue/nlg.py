"""Where every written reply passes on its way out: settings are filled in, and the first one introduces us."""

from __future__ import annotations

import shutil
import textwrap
from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from ketamine_guide.settings import settings

INTRODUCTION = "utter_introduction"
CRISIS_PREFIX = "utter_crisis"
_SHELL = "cmdline"
_NARROWEST = 20


class GuideNlg(TemplatedNaturalLanguageGenerator):  # type: ignore[misc]
    """Rasa's own responses, with `{clinic}` and `{clinic_contact}` filled in and the introduction before the first."""

    def __init__(self, endpoint_config: EndpointConfig | None, domain: Domain) -> None:
        super().__init__(domain.responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The response to utter, or None when the domain has none of this name."""
        kwargs = {"clinic": settings().clinic_name, "clinic_contact": settings().clinic_contact, **kwargs}
        response: dict[str, Any] | None = await super().generate(utter_action, tracker, output_channel, **kwargs)
        # Nothing stands before the numbers of a crisis reply.
        if response and not utter_action.startswith(CRISIS_PREFIX) and not _has_spoken(tracker):
            introduction = await super().generate(INTRODUCTION, tracker, output_channel, **kwargs)
            if introduction:
                response["text"] = f"{introduction['text']}\n{response['text']}"
        if response and tracker.get_latest_input_channel() == _SHELL:
            response["text"] = for_terminal(response["text"], shutil.get_terminal_size().columns)
        return response


def for_terminal(text: str, columns: int) -> str:
    """The text in lines that fit: Rasa's shell cuts a longer line off where the reply has buttons."""
    return "\n".join(textwrap.fill(line, max(columns - 4, _NARROWEST)) for line in text.splitlines())


def _has_spoken(tracker: DialogueStateTracker) -> bool:
    return any(isinstance(event, BotUttered) for event in tracker.events)
