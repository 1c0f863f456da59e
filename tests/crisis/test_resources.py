"""Every number is fresh, owned and open when somebody is told to use it, and each country is told its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import smsutil
import yaml

from ketamine_guide.content.library import DATA
from ketamine_guide.crisis.resources import ALWAYS, OTHER_USES, PLACEHOLDERS, Checked, Resources, ResourcesError, read

PATH = DATA / "crisis" / "resources.yml"
RESOURCES = read(PATH)
LONGEST_UNCHECKED = timedelta(days=90)
UNKNOWN = "ZZ"
COUNTRIES = [*RESOURCES.countries, "FR", UNKNOWN]
LANGUAGES = list(RESOURCES.phrases)


def _checked(entry: Any) -> Iterator[Checked]:
    if isinstance(entry, Checked):
        yield entry
    if hasattr(entry, "__fields__"):
        entry = [value for _, value in entry]
    if isinstance(entry, dict):
        entry = list(entry.values())
    if isinstance(entry, list):
        for part in entry:
            yield from _checked(part)


def _stale(resources: Resources, today: date) -> list[Checked]:
    return [
        entry for entry in _checked(resources) if not timedelta() <= today - entry.last_checked <= LONGEST_UNCHECKED
    ]


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], None]], Path]:
    def edit(change: Callable[[dict[str, Any]], None]) -> Path:
        content = yaml.safe_load(PATH.read_text(encoding="utf-8"))
        change(content)
        path = tmp_path / PATH.name
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return path

    return edit


def _service(content: dict[str, Any], country: str, id: str) -> Any:
    return next(service for service in content["countries"][country]["services"] if service["id"] == id)


def test_every_number_was_checked_in_the_last_90_days() -> None:
    assert _stale(RESOURCES, date.today()) == []


def test_a_number_that_nobody_checked_for_91_days_is_noticed(edited: Any) -> None:
    day = date(2026, 12, 31)

    def age(content: dict[str, Any]) -> None:
        for country in content["countries"].values():
            for entry in (country["emergency"], *country["services"]):
                entry["last_checked"] = day
        for entry in (content["directory"], *content["emergency_elsewhere"]):
            entry["last_checked"] = day
        _service(content, "US", "us-988")["last_checked"] = day - timedelta(days=91)

    (stale,) = _stale(read(edited(age)), day)
    assert getattr(stale, "id", None) == "us-988"


def test_every_entry_that_holds_a_number_has_an_owner_a_source_and_a_date() -> None:
    checked = list(_checked(RESOURCES))
    services = sum(len(country.services) for country in RESOURCES.countries.values())
    assert len(checked) == services + len(RESOURCES.countries) + len(RESOURCES.emergency_elsewhere) + 1
    assert all(entry.owner and entry.source for entry in checked)


@pytest.mark.parametrize("key", ["lifeline", "text_line", *OTHER_USES])
def test_a_line_that_is_open_part_of_the_time_cannot_be_the_one_that_replies_name(edited: Any, key: str) -> None:
    def shorten(content: dict[str, Any]) -> None:
        _service(content, "US", content["countries"]["US"][key])["hours"] = "Monday to Friday, 9 to 5"

    with pytest.raises(ResourcesError, match=f"{key}: us-.* is open Monday to Friday"):
        read(edited(shorten))


def test_the_file_knows_lines_that_are_not_always_open_and_names_none_of_them() -> None:
    part_time = [
        service for place in RESOURCES.countries.values() for service in place.services if service.hours != ALWAYS
    ]
    assert part_time
    said = " ".join(word for country in COUNTRIES for lang in LANGUAGES for word in _words(country, lang).values())
    for service in part_time:
        assert service.call
        assert service.call not in said
        assert service.name not in said


def _words(country: str, language: str) -> dict[str, str]:
    return RESOURCES.wording(country, language)


def test_the_united_states_get_their_numbers() -> None:
    assert _words("US", "en") == {
        "emergency": "911",
        "emergency_sms": "911",
        "lifeline": "call or text 988 (Suicide and Crisis Lifeline, free, any hour)",
        "lifeline_short": "call or text 988",
        "text_line": "text HOME to 741741",
        "text_line_sentence": " Or text HOME to 741741 (Crisis Text Line).",
        "abuse_sentence": " At any hour you can call the National Domestic Violence Hotline: 1-800-799-7233.",
        "sexual_abuse_sentence": " After rape or sexual abuse, call RAINN at any hour: 1-800-656-4673.",
        "poison_sentence": " If too much medicine was taken, call Poison Control: 1-800-222-1222.",
    }


def test_spanish_speakers_in_the_united_states_get_press_2_and_ayuda() -> None:
    words = _words("US", "es")
    assert words["lifeline_short"] == "llame al 988 y marque 2, o mande AYUDA por SMS al 988"
    assert words["text_line"] == "mande AYUDA por SMS al 741741"


@pytest.mark.parametrize(
    ("country", "emergency", "lifeline"),
    [
        ("CA", "911", "call or text 988"),
        ("GB", "999", "call 116 123 or text SHOUT to 85258"),
        ("IE", "112", "call 116 123 or text HELLO to 50808"),
        ("AU", "000", "call 13 11 14 or text 0477 13 11 14"),
        ("NZ", "111", "call or text 1737"),
        ("MX", "911", "call 800 911 2000 or see findahelpline.com"),
        ("ES", "112", "call 024 or see findahelpline.com"),
        ("FR", "112", "see findahelpline.com"),
        (UNKNOWN, "your local emergency number", "see findahelpline.com"),
        ("", "your local emergency number", "see findahelpline.com"),
    ],
)
def test_each_country_gets_its_own(country: str, emergency: str, lifeline: str) -> None:
    words = _words(country, "en")
    assert (words["emergency"], words["lifeline_short"]) == (emergency, lifeline)


def test_a_countrys_and_a_languages_case_and_region_do_not_matter() -> None:
    assert _words(" us ", "ES-mx") == _words("US", "es_419") == _words("US", "es")
    assert _words("US", "fr") == _words("US", "en")


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_given_a_voice_line_alone(country: str, language: str) -> None:
    words = _words(country, language)
    for said in (words["lifeline_short"], words["lifeline"] + words["text_line_sentence"]):
        assert re.search(r"\btext\b|\bSMS\b|findahelpline", said), said


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_placeholders_are_filled_and_those_of_text_messages_are_gsm_7(country: str, language: str) -> None:
    words = _words(country, language)
    assert set(words) == set(PLACEHOLDERS)
    assert not re.search(r"[{}]|None", " ".join(words.values()))
    assert all(words[name] for name in ("emergency", "emergency_sms", "lifeline", "lifeline_short"))
    assert smsutil.is_valid_gsm(words["emergency_sms"] + words["lifeline_short"])


def test_press_3_is_not_told() -> None:
    assert not re.search(r"(press|marque|then) 3\b", PATH.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c["countries"]["US"].update(lifeline="nobody"), "lifeline: there is no service nobody"),
        (lambda c: _service(c, "US", "us-988").pop("call"), "us-988 has no number to call"),
        (lambda c: _service(c, "GB", "gb-shout").pop("text"), "gb-shout has no number to text"),
        (lambda c: _service(c, "GB", "gb-shout")["text"].pop("word"), "gb-shout does not say which word to text"),
        (lambda c: _service(c, "ES", "es-024").update(call=20), "str type expected"),
        (lambda c: _service(c, "US", "us-988").update(confidence="sure"), "unexpected value"),
        (lambda c: _service(c, "US", "us-988").pop("last_checked"), "last_checked"),
        (lambda c: _service(c, "US", "us-988").update(phone="1"), "phone"),
        (lambda c: c["phrases"].pop("en"), "phrases: en is missing"),
        (lambda c: c["phrases"]["es"].update(call="llame al {number}"), "placeholder that it cannot have: 'number'"),
        (lambda c: c["phrases"]["es"].update(call="llame al {}"), "placeholder that it cannot have"),
        (lambda c: c["phrases"]["es"].update(call="llame al {call"), "expected '}'"),
    ],
)
def test_what_is_not_whole_is_refused(edited: Any, change: Callable[[dict[str, Any]], None], says: str) -> None:
    with pytest.raises(ResourcesError, match=re.escape(says)) as refusal:
        read(edited(change))
    assert PATH.name in str(refusal.value)


@pytest.mark.parametrize("text", ["", "- a", "a: [", "countries: 1"])
def test_what_is_not_readable_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "resources.yml"
    path.write_text(text)
    with pytest.raises(ResourcesError, match=r"resources\.yml"):
        read(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResourcesError, match=r"nowhere\.yml"):
        read(tmp_path / "nowhere.yml")
