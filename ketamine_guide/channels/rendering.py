"""Turns what Rasa says into the web channel's replies: structured parts that hold text and never markup. Pure.

`docs/web_channel.md` describes them. What a message is, Rasa tells beside its words (`dialogue/about.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ketamine_guide.crisis.resources import DEFAULT_LANGUAGE, Link
from ketamine_guide.dialogue.about import ABOUT

Reply = dict[str, Any]
Part = dict[str, Any]
# The links of a language to the crisis lines, the emergency number last.
Links = Callable[[str], Sequence[Link]]
_SOURCE = "Source: "
_BETWEEN_SECTIONS = "; "


def render(id: str, messages: Sequence[Mapping[str, Any]], links: Links) -> list[Reply]:
    """The replies to a message, one for each message of Rasa's that has words.

    Args:
        id: the number of the patient's message; the replies' own numbers begin with it.
        messages: as Rasa hands them to an output channel: `text`, maybe `buttons`, `about` and `topic`.
        links: the crisis links.
    """
    spoken = [message for message in messages if message.get("text")]
    return [_reply(f"{id}.{number}", message, links) for number, message in enumerate(spoken)]


def crisis(id: str, text: str, lang: str, links: Links, *, urgent: bool) -> Reply:
    """The crisis reply, when it is not Rasa that says it."""
    parts = [crisis_part(text.splitlines(), lang, links, urgent=urgent)]
    return {"id": id, "kind": "crisis", "lang": lang, "parts": parts, "choices": []}


def failure(id: str, text: str, line: str, lang: str, links: Links) -> Reply:
    """The reply that says that something failed, with the crisis line below it."""
    parts = [_paragraph(text), crisis_part([line], lang, links)]
    return {"id": id, "kind": "failure", "lang": lang, "parts": parts, "choices": []}


def crisis_part(lines: Sequence[str], lang: str, links: Links, *, urgent: bool = False) -> Part:
    """Lines that say where help is, with links to it; where a life is in danger the emergency number comes first."""
    found = [{"label": link.label, "href": link.href} for link in links(lang)]
    if urgent:
        found = [*found[-1:], *found[:-1]]
    return {"type": "crisis", "text": "\n".join(lines), "links": found}


def _reply(id: str, message: Mapping[str, Any], links: Links) -> Reply:
    about = message.get(ABOUT) or {}
    kind, lang = about.get("kind", "reply"), about.get("lang", DEFAULT_LANGUAGE)
    lines = message["text"].splitlines()
    end = len(lines) - about.get("crisis_lines", 0)
    parts = _answer(lines[:end]) if kind == "answer" else [_paragraph(line) for line in lines[:end]]
    if help := lines[end:]:
        spoken = about.get("crisis_lang", lang)
        part = crisis_part(help, spoken, links, urgent=bool(about.get("urgent")))
        parts.append(part if spoken == lang else part | {"lang": spoken})
    topic = {"topic": message["topic"]} if kind == "answer" and message.get("topic") else {}
    choices = [
        {"title": button["title"], "choice": button["payload"].lstrip("/")} for button in message.get("buttons") or ()
    ]
    return {"id": id, "kind": kind, "lang": lang, **topic, "parts": parts, "choices": choices}


def _answer(lines: Sequence[str]) -> list[Part]:
    """An answer's lines, as `utter_answer` of `domain.yml` arranges them: paragraphs, the source, the disclaimer."""
    parts: list[Part] = []
    for line in lines:
        if line.startswith(_SOURCE):
            parts.append({"type": "source", "sections": line.removeprefix(_SOURCE).split(_BETWEEN_SECTIONS)})
        elif parts and parts[-1]["type"] == "source":
            parts.append({"type": "disclaimer", "text": line})
        else:
            parts.append(_paragraph(line))
    return parts


def _paragraph(text: str) -> Part:
    return {"type": "paragraph", "text": text}
