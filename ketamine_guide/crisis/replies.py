"""What is said to somebody in a crisis: the words of `data/crisis/replies.*.yml` with the numbers of their country."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from string import Formatter

import yaml
from pydantic import BaseModel, Extra, Field, validator

from ketamine_guide.crisis.resources import DEFAULT_LANGUAGE, PLACEHOLDERS, Resources, primary
from ketamine_guide.crisis.resources import read as read_resources
from ketamine_guide.settings import ROOT

FOLDER = ROOT / "data" / "crisis"
FALLBACK = "active"
SMS = "sms"
# Said when nothing else can be. It stands here because the data may be what failed.
LAST_RESORT = (
    "Please call or text 988 now, or call 911 or your local emergency number if in danger. "
    "I'm an automated guide and can't handle an emergency. People can."
)

_log = logging.getLogger(__name__)


class RepliesError(ValueError):
    """The replies are not as they must be; the message names the file and what to mend."""


class _Entry(BaseModel, extra=Extra.forbid, allow_mutation=False):
    """What all entries have in common: no unknown keys, and nothing changes once it was read."""


class Reply(_Entry):
    """A reply with placeholders, for the web and as a text message."""

    web: str = Field(min_length=1)
    sms: str = Field(min_length=1)

    @validator("web", "sms")
    def _can_be_filled_in_and_sent_whole(cls, text: str) -> str:
        unknown = {name for _, name, _, _ in Formatter().parse(text) if name is not None} - set(PLACEHOLDERS)
        if unknown:
            raise ValueError(f"there is no placeholder {', '.join(sorted(unknown))}")
        if "\n\n" in text:
            raise ValueError("a blank line would split the reply in two")
        return text


class CheckIn(Reply):
    """The question that is asked when the screen is unsure, with the words of its two buttons."""

    yes: str = Field(min_length=1)
    no: str = Field(min_length=1)


class Replies(_Entry):
    """One language's replies. The first five are the kinds of `lexicon.KINDS`."""

    imminent: Reply
    active: Reply
    passive: Reply
    self_harm: Reply
    third_party: Reply
    check_in: CheckIn
    check_in_again: Reply
    line: Reply
    no_to_check_in: Reply

    def template(self, name: str, channel: str) -> str:
        """The reply of this name with its placeholders; the one for `active` when there is none of this name."""
        found: Reply = getattr(self, name if name in self.__fields__ else FALLBACK)
        return found.sms if channel == SMS else found.web


def read(paths: Iterable[Path]) -> dict[str, Replies]:
    """Reads the replies by language, which is the second part of a file's name ("replies.es.yml").

    Raises:
        RepliesError: a file is unreadable, a reply is missing or cannot be filled in, or there is none in English.
    """
    languages: dict[str, Replies] = {}
    for path in paths:
        try:
            languages[path.name.split(".")[1]] = Replies.parse_obj(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError, ValueError, IndexError) as error:
            raise RepliesError(f"{path}: {error}") from error
    if DEFAULT_LANGUAGE not in languages:
        raise RepliesError(f"there are no replies in {DEFAULT_LANGUAGE!r}, the language that all others fall back to")
    return languages


@lru_cache
def _replies() -> dict[str, Replies]:
    return read(sorted(FOLDER.glob("replies.*.yml")))


@lru_cache
def _resources() -> Resources:
    return read_resources(FOLDER / "resources.yml")


def _spoken(language: str) -> str:
    return primary(language) if primary(language) in _replies() else DEFAULT_LANGUAGE


def reply(name: str, *, language: str, channel: str, country: str) -> str:
    """What to say, with the numbers of the country filled in. It never raises.

    Args:
        name: a kind of crisis, or another name of `Replies`; an unknown one is answered as `active`.
        language: a language code, with or without a region; an unknown one is answered in English.
        channel: "sms" for one text message; anything else for the form with several lines.
        country: an ISO 3166 code; an unknown one gets its emergency number and a directory of crisis lines.

    Returns:
        The reply, or `LAST_RESORT` when the data cannot be read.
    """
    try:
        # Whatever a caller could not find out arrives as None: that is an unknown value like any other.
        spoken = _spoken(str(language))
        return _replies()[spoken].template(str(name), channel).format_map(_resources().wording(str(country), spoken))
    except Exception as error:
        # Whatever has gone wrong, the person still gets a number. The log gets the class alone: never words of theirs.
        _log.error("The crisis replies cannot be read, the last resort was said: %s", type(error).__name__)
        return LAST_RESORT


def buttons(language: str) -> tuple[str, str]:
    """The words on the buttons below `check_in`, for yes and for no. It never raises."""
    try:
        asked = _replies()[_spoken(str(language))].check_in
        return asked.yes, asked.no
    except Exception as error:
        _log.error("The crisis replies cannot be read, plain buttons were shown: %s", type(error).__name__)
        return "Yes", "No"
