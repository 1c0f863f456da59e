"""Reads `data/crisis/resources.yml`, the numbers for a crisis, and says them in a country's and a language's words."""

from __future__ import annotations

import re
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

import yaml
from pydantic import BaseModel, Extra, Field, StrictStr, root_validator

ALWAYS = "24/7"
DEFAULT_LANGUAGE = "en"
# What else a reply may name a line for; where a country has none, the reply leaves the sentence out.
OTHER_USES = ("abuse", "sexual_abuse", "poison")


class ResourcesError(ValueError):
    """The resources are not as they must be; the message names the file and what to mend."""


class Link(NamedTuple):
    """A way to reach somebody that can be tapped: its words, and a `tel:`, `sms:` or `https:` address."""

    label: str
    href: str


class _Entry(BaseModel, extra=Extra.forbid, allow_mutation=False):
    """What all entries have in common: no unknown keys, and nothing changes once it was read."""


class Checked(_Entry):
    """Something that a person has to look after."""

    source: str = Field(min_length=1)
    confidence: Literal["stated", "memory"]
    last_checked: date
    owner: str = Field(min_length=1)


class Directory(Checked):
    """A site that lists the crisis lines of other countries."""

    id: str
    site: str


class Emergency(Checked):
    """A country's emergency number."""

    # Strict here and below: an unquoted 024 has become the number 20 by the time it could be turned into text.
    number: StrictStr


class EmergencyElsewhere(Emergency):
    """An emergency number of countries of which nothing else is known."""

    countries: list[str] = Field(min_items=1)


class TextTo(_Entry):
    """Where to send a text message, and the word to send when the service asks for one."""

    number: StrictStr
    word: str = ""


class Spoken(_Entry):
    """What differs for speakers of another language."""

    name: str | None = None
    call: StrictStr | None = None
    text: TextTo | None = None


class Service(Checked):
    """A crisis line. It is reached by a call, by text message, or both."""

    id: str
    name: str
    call: StrictStr | None = None
    text: TextTo | None = None
    in_language: dict[str, Spoken] = {}
    hours: str = Field(min_length=1, description=f'"{ALWAYS}", or in words when it is open.')
    free: bool
    languages: list[str] = Field(min_items=1)

    def spoken(self, language: str) -> Service:
        """The service as speakers of this language are told of it."""
        return self.copy(update={key: value for key, value in self.in_language.get(language, Spoken()) if value})


class Country(_Entry):
    """A country's emergency number and services.

    `lifeline`, `text_line` and the others are the ids of the services that replies name.
    """

    emergency: Emergency
    lifeline: str
    text_line: str | None = None
    abuse: str | None = None
    sexual_abuse: str | None = None
    poison: str | None = None
    services: list[Service]

    @root_validator(skip_on_failure=True)
    def _named_services_are_always_open(cls, values: dict[str, Any]) -> dict[str, Any]:
        services = {service.id: service for service in values["services"]}
        for key, means in (("lifeline", "call"), ("text_line", "text"), *((use, "call") for use in OTHER_USES)):
            id = values[key]
            if id is None:
                continue
            if id not in services:
                raise ValueError(f"{key}: there is no service {id}")
            if services[id].hours != ALWAYS:
                raise ValueError(
                    f"{key}: {id} is open {services[id].hours}, and replies name only what is open {ALWAYS}"
                )
            if getattr(services[id], means) is None:
                raise ValueError(f"{key}: {id} has no number to {means}")
            if key == "text_line" and not services[id].text.word:
                raise ValueError(f"{key}: {id} does not say which word to text")
        return values

    def service(self, id: str, language: str) -> Service:
        """The service of this id, as speakers of the language are told of it."""
        return next(service.spoken(language) for service in self.services if service.id == id)


class Phrases(_Entry):
    """One language's ways to say a number."""

    call: str
    call_or_text: str
    call_or_text_number: str
    call_or_text_word: str
    call_or_directory: str
    text_line: str
    text_line_sentence: str
    directory_sentence: str
    abuse_sentence: str
    sexual_abuse_sentence: str
    poison_sentence: str
    lifeline: str
    lifeline_free: str
    find_lifeline: str
    find_lifeline_short: str
    emergency: str
    emergency_sms: str
    call_link: str
    text_link: str
    text_word_link: str

    def links(self, call: str | None, text: TextTo | None) -> list[Link]:
        """The links to a service that is reached by these means."""
        found = [Link(self.call_link.format(call=call), f"tel:{_dialled(call)}")] if call else []
        if text:
            form = self.text_word_link if text.word else self.text_link
            body = f"?body={quote(text.word)}" if text.word else ""
            found.append(Link(form.format(word=text.word, text=text.number), f"sms:{_dialled(text.number)}{body}"))
        return found

    def reach(self, call: str | None, text: TextTo | None) -> str:
        """How to reach a service by these means."""
        if text is None:
            return self.call.format(call=call)
        if text.word:
            return self.call_or_text_word.format(call=call, word=text.word, text=text.number)
        if text.number == call:
            return self.call_or_text.format(call=call)
        return self.call_or_text_number.format(call=call, text=text.number)


class Resources(_Entry):
    """All numbers, and the words to say them in."""

    owner: str
    directory: Directory
    countries: dict[str, Country]
    emergency_elsewhere: list[EmergencyElsewhere]
    phrases: dict[str, Phrases]

    def wording(self, country: str, language: str) -> dict[str, str]:
        """What replies fill into their placeholders.

        Args:
            country: an ISO 3166 code. An unknown one gets its emergency number, or words for it, and the directory.
            language: a language code, with or without a region ("es", "es-MX"). An unknown one gets English.

        Returns:
            The words by placeholder. `lifeline`, `lifeline_short` and `text_line` are orders that begin in lower case;
            `…_sentence` is a sentence with a blank before it. `text_line` and sentences are empty where there is none.
        """
        country, language = country.strip().upper(), primary(language)
        phrases = self.phrases.get(language, self.phrases[DEFAULT_LANGUAGE])
        number = self._emergency_number(country)
        emergency = {"emergency": number or phrases.emergency, "emergency_sms": number or phrases.emergency_sms}
        if country in self.countries:
            return emergency | self._lines(self.countries[country], phrases, language)
        site = self.directory.site
        return emergency | {
            "lifeline": phrases.find_lifeline.format(directory=site),
            "lifeline_short": phrases.find_lifeline_short.format(directory=site),
            "text_line": "",
            "text_line_sentence": "",
            **{f"{use}_sentence": "" for use in OTHER_USES},
        }

    def links(self, country: str, language: str) -> list[Link]:
        """The crisis line's links (call, text), the text line's, last the emergency number's.

        Args:
            country, language: as for `wording`. Where there is no line, or none that takes texts, the directory of
                crisis lines takes its place; a country that is not known has no emergency number.
        """
        country, language = country.strip().upper(), primary(language)
        phrases = self.phrases.get(language, self.phrases[DEFAULT_LANGUAGE])
        place = self.countries.get(country)
        ids = (place.lifeline, place.text_line) if place else ()
        services = [place.service(id, language) for id in ids if place and id]
        found = [link for service in services for link in phrases.links(service.call, service.text)]
        if not any(service.text for service in services):
            found.append(Link(self.directory.site, f"https://{self.directory.site}"))
        number = self._emergency_number(country)
        return [*found, *phrases.links(number, None)]

    def _emergency_number(self, country: str) -> str | None:
        if country in self.countries:
            return self.countries[country].emergency.number
        return next((entry.number for entry in self.emergency_elsewhere if country in entry.countries), None)

    def _lines(self, country: Country, phrases: Phrases, language: str) -> dict[str, str]:
        lifeline = country.service(country.lifeline, language)
        texts = country.service(country.text_line, language) if country.text_line else None
        said = {"text_line": "", "text_line_sentence": ""}
        if texts and texts.text:
            said["text_line"] = phrases.text_line.format(word=texts.text.word, text=texts.text.number)
            said["text_line_sentence"] = phrases.text_line_sentence.format(how=said["text_line"], name=texts.name)
        text = lifeline.text or (texts.text if texts else None)
        if text:
            said["lifeline_short"] = phrases.reach(lifeline.call, text)
        else:
            # Nobody is given a voice line alone: some cannot hear, and some cannot be heard where they are.
            site = self.directory.site
            said["lifeline_short"] = phrases.call_or_directory.format(call=lifeline.call, directory=site)
            said["text_line_sentence"] = phrases.directory_sentence.format(directory=site)
        form = phrases.lifeline_free if lifeline.free else phrases.lifeline
        said["lifeline"] = form.format(how=phrases.reach(lifeline.call, lifeline.text), name=lifeline.name)
        for use in OTHER_USES:
            id = getattr(country, use)
            line = country.service(id, language) if id else None
            form = getattr(phrases, f"{use}_sentence")
            said[f"{use}_sentence"] = form.format(name=line.name, call=line.call) if line else ""
        return said


PLACEHOLDERS = (
    *("emergency", "emergency_sms", "lifeline", "lifeline_short", "text_line", "text_line_sentence"),
    *(f"{use}_sentence" for use in OTHER_USES),
)


def _dialled(number: str) -> str:
    """What a phone dials: the number's digits, up to words such as "and press 2"."""
    return re.sub(r"[^0-9]", "", re.split(r"[A-Za-z]", number)[0])


def primary(language: str) -> str:
    """The language of a code without its region: "es" for "es-MX"."""
    return re.split(r"[-_]", language.strip().lower())[0]


def read(path: Path) -> Resources:
    """Reads the resources.

    Raises:
        ResourcesError: the file is unreadable, an entry is incomplete, a service that replies name is not always open,
            or a phrase cannot be filled in.
    """
    try:
        resources = Resources.parse_obj(yaml.safe_load(path.read_text(encoding="utf-8")))
        if DEFAULT_LANGUAGE not in resources.phrases:
            raise ValueError(f"phrases: {DEFAULT_LANGUAGE} is missing")
        for country, language in product((*resources.countries, "an unknown one"), resources.phrases):
            resources.wording(country, language)
            resources.links(country, language)
    except (LookupError, AttributeError) as error:
        raise ResourcesError(f"{path}: a phrase has a placeholder that it cannot have: {error}") from error
    except (OSError, yaml.YAMLError, ValueError) as error:
        raise ResourcesError(f"{path}: {error}") from error
    return resources
