"""Every reply to a crisis, in every country, language and channel: whole, safe, plain, and with the right numbers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import smsutil
import textstat
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ketamine_guide.content.library import DATA
from ketamine_guide.crisis import replies
from ketamine_guide.crisis.lexicon import KINDS
from ketamine_guide.crisis.replies import LAST_RESORT, Replies, RepliesError, buttons, read, reply
from ketamine_guide.crisis.resources import ALWAYS
from ketamine_guide.crisis.resources import read as read_resources

FOLDER = DATA / "crisis"
FILES = sorted(FOLDER.glob("replies.*.yml"))
RESOURCES = read_resources(FOLDER / "resources.yml")
NAMES = list(Replies.__fields__)
LANGUAGES = ("en", "es")
CHANNELS = ("web", "sms")
COUNTRIES = [*RESOURCES.countries, "FR", "ZZ"]
LATER = [name for name in NAMES if name not in KINDS]

MAX_WORDS, MAX_SENTENCE = 90, 30
HIGHEST_GRADE = {"web": 7, "sms": 8}
ONE_SEGMENT, ONE_WIDE_SEGMENT = 160, 70


def _say(name: str, language: str = "en", channel: str = "web", country: str = "US") -> str:
    return reply(name, language=language, channel=channel, country=country)


ALL = {at: _say(*at) for at in product(NAMES, LANGUAGES, CHANNELS, COUNTRIES)}


def _name(at: tuple[str, ...]) -> str:
    return "-".join(at)


every_reply = pytest.mark.parametrize("at", ALL, ids=_name)
every_crisis = pytest.mark.parametrize("at", [at for at in ALL if at[0] in KINDS], ids=_name)
every_us_crisis = pytest.mark.parametrize("at", [at for at in ALL if at[0] in KINDS and at[3] == "US"], ids=_name)
every_sms = pytest.mark.parametrize("at", [at for at in ALL if at[2] == "sms"], ids=_name)
every_web = pytest.mark.parametrize("at", [at for at in ALL if at[2] == "web"], ids=_name)


# The five points of C1, and what each kind adds.

CALL_AND_TEXT_988 = {"en": r"call or text 988", "es": r"llame al 988 y marque 2, o mande AYUDA por SMS al 988"}
A_PERSON = {
    "en": r"\b(person|people|someone|they can)\b",
    "es": r"\b(persona|personas|alguien)\b",
}
LIMITS = {
    ("en", "web"): "I'm an automated guide and can't handle an emergency",
    ("en", "sms"): "I'm automated and can't handle an emergency",
    ("es", "web"): "Soy una guía automática y no puedo atender una emergencia",
    ("es", "sms"): "Soy un programa y no puedo atender emergencias",
}
FITTING = {
    "imminent": {
        ("en", "web"): "your life may be in danger",
        ("en", "sms"): "911 now",
        ("es", "web"): "su vida está en peligro",
        ("es", "sms"): "Llame ya al 911",
    },
    "active": {
        ("en", "web"): "you are having thoughts of suicide",
        ("en", "sms"): "glad you told me",
        ("es", "web"): "tiene pensamientos de suicidio",
        ("es", "sms"): "Gracias por decirlo",
    },
    "passive": {
        ("en", "web"): "you wish you were not here",
        ("en", "sms"): "a lot to carry",
        ("es", "web"): "desearía no estar aquí",
        ("es", "sms"): "Eso pesa mucho",
    },
    "self_harm": {
        ("en", "web"): "you have hurt yourself, or feel the urge to",
        ("en", "sms"): "care, not blame",
        ("es", "web"): "se hizo daño o siente el impulso",
        ("es", "sms"): "Merece cuidado",
    },
    "third_party": {
        ("en", "web"): "someone may be thinking of suicide",
        ("en", "sms"): "You or they can",
        ("es", "web"): "alguien piensa en el suicidio",
        ("es", "sms"): "Usted o esa persona",
    },
}


@every_us_crisis
def test_a_crisis_reply_tells_to_call_or_text_988(at: tuple[str, ...]) -> None:
    assert re.search(CALL_AND_TEXT_988[at[1]], ALL[at])


@every_us_crisis
def test_a_crisis_reply_names_911(at: tuple[str, ...]) -> None:
    assert re.search(r"\b911\b", ALL[at])


@every_us_crisis
def test_a_crisis_reply_leads_to_a_person(at: tuple[str, ...]) -> None:
    assert re.search(A_PERSON[at[1]], ALL[at].replace(LIMITS[at[1], at[2]], ""), re.IGNORECASE)


@every_us_crisis
def test_a_crisis_reply_says_that_the_guide_cannot_handle_an_emergency(at: tuple[str, ...]) -> None:
    assert LIMITS[at[1], at[2]] in ALL[at]


@every_us_crisis
def test_a_crisis_reply_fits_what_was_said_and_no_other_does(at: tuple[str, ...]) -> None:
    name, language, channel, _ = at
    fitting = FITTING[name][language, channel]
    assert [kind for kind in KINDS if fitting in _say(kind, language, channel)] == [name]


@pytest.mark.parametrize(("kind", "language"), list(product(KINDS, LANGUAGES)))
def test_a_crisis_reply_on_the_web_names_the_crisis_text_line(kind: str, language: str) -> None:
    assert {"en": "text HOME to 741741", "es": "mande AYUDA por SMS al 741741"}[language] in _say(kind, language)


@pytest.mark.parametrize(("language", "channel", "country"), list(product(LANGUAGES, CHANNELS, COUNTRIES)))
def test_the_emergency_number_is_the_first_thing_said_to_somebody_in_danger(
    language: str, channel: str, country: str
) -> None:
    text = _say("imminent", language, channel, country)
    words = RESOURCES.wording(country, language)
    emergency = words["emergency_sms" if channel == "sms" else "emergency"]
    assert 0 <= text.index(emergency) < text.index(words["lifeline_short" if channel == "sms" else "lifeline"])
    assert re.fullmatch(r"(Call|Llame( ahora| ya)? al) ", text[: text.index(emergency)])


@every_crisis
def test_every_country_hears_of_its_emergency_number_and_its_line(at: tuple[str, ...]) -> None:
    words = RESOURCES.wording(at[3], at[1])
    expected = ("emergency_sms", "lifeline_short") if at[2] == "sms" else ("emergency", "lifeline")
    for name in expected:
        assert words[name] in ALL[at], name


@pytest.mark.parametrize("at", [at for at in ALL if at[0] in LATER], ids=_name)
def test_no_softer_reply_has_less_than_the_line_and_the_emergency_number(at: tuple[str, ...]) -> None:
    words = RESOURCES.wording(at[3], at[1])
    assert words["lifeline_short"] in ALL[at]
    assert words["emergency_sms" if at[2] == "sms" else "emergency"] in ALL[at]


@pytest.mark.parametrize(("language", "channel"), list(product(LANGUAGES, CHANNELS)))
def test_the_check_in_asks_plainly(language: str, channel: str) -> None:
    plain = {"en": "are you having thoughts of suicide?", "es": "¿tiene pensamientos de suicidio?"}
    assert plain[language] in _say("check_in", language, channel)


def test_the_check_in_has_its_buttons() -> None:
    assert buttons("en") == ("Yes", "No")
    assert buttons("es-MX") == ("Sí", "No")
    assert buttons("xx") == ("Yes", "No")


def test_self_harm_is_not_taken_for_a_wish_to_die() -> None:
    for language, channel in product(LANGUAGES, CHANNELS):
        text = _say("self_harm", language, channel)
        for name in ("Suicide and Crisis Lifeline", "Línea de Prevención del Suicidio"):
            text = text.replace(name, "")
        assert not re.search(r"suicid|\bdie\b|\bdying\b|morir|muerte", text, re.IGNORECASE), text


# Whole.


@every_reply
def test_a_reply_is_filled_in_and_reads_without_gaps(at: tuple[str, ...]) -> None:
    text = ALL[at]
    assert text != LAST_RESORT
    assert not re.search(r"[{}]|\bNone\b", text)
    assert not re.search(r"  | [.,;:!?)]|\( |\.\.|,,| \n|\n |\n\n", text), text
    assert text == text.strip()
    assert all(sentence[0].isupper() or sentence[0] in "¿¡" for sentence in re.split(r"(?<=[.?!])\s+", text)), text


@every_reply
def test_every_number_in_a_reply_is_the_countrys_own_and_always_open(at: tuple[str, ...]) -> None:
    country = RESOURCES.countries.get(at[3])
    allowed = [RESOURCES.wording(at[3], at[1])["emergency"]]
    for service in country.services if country else []:
        spoken = service.spoken(at[1])
        if service.hours == ALWAYS:
            allowed += [spoken.call or "", spoken.text.number if spoken.text else ""]
    text = ALL[at]
    for number in sorted(filter(None, allowed), key=len, reverse=True):
        text = text.replace(number, "")
    assert not re.search(r"\d", text), text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_digit_stands_in_the_replies_themselves(path: Path) -> None:
    assert not re.search(r"\d", path.read_text(encoding="utf-8"))


def test_both_languages_have_every_reply_with_the_same_parts() -> None:
    english, spanish = (yaml.safe_load((FOLDER / f"replies.{language}.yml").read_text()) for language in LANGUAGES)
    assert {name: set(parts) for name, parts in english.items()} == {
        name: set(parts) for name, parts in spanish.items()
    }
    assert set(english) == set(NAMES) >= set(KINDS)


def test_the_replies_and_the_numbers_speak_the_same_languages() -> None:
    assert {path.name.split(".")[1] for path in FILES} == set(RESOURCES.phrases) == set(LANGUAGES)


def test_the_languages_do_not_share_a_reply() -> None:
    for name, channel in product(NAMES, CHANNELS):
        assert _say(name, "en", channel) != _say(name, "es", channel)


# Safe messaging (C37 to C41, C63, C69, C70).

# Each is looked for at the beginning of a word.
UNSAFE = {
    "blame for the dead": r"commit(s|ted|ting)? suicide|comet(e|er|ió|ido) (un )?suicidio",
    "an attempt as a success or a failure": r"(success|fail|complet)\w* (suicide|attempt)|"
    r"suicidi[oa]\w* (consumad|exitos|fallid|lograd)|intento (fallid|exitos|frustrad)",
    "guilt": r"selfish|coward|weak\b|attention|think of your|what (it|this) would do to|"
    r"ego[ií]st|cobard|débil|llamar la atención|piens[ae] en (su|tu)s? |sus hijos",
    "debate and cliché": r"worth living|so much to live for|permanent solution|gift|could be worse|cheer up|"
    r"stay strong|everything happens|vale la pena vivir|todo pasa por algo|anímese|sea fuerte|échele ganas",
    "a promise of secrecy": r"secret|confidential|just between|private|nobody|no one|"
    r"confidencial|privad|entre nosotros|nadie",
    "a promise that somebody comes": r"on (the|its|their) way|is coming|will come|have called|is reading|"
    r"(has|have) been (called|alerted|told)|en camino|va a llegar|(he|hemos) llamado|ya viene",
    "a promise that it gets better": r"will (be|get) (okay|fine|better)|you'll be|guarantee|cure|"
    r"va a (estar bien|mejorar)|saldrá bien|garantiz|curar",
    "a method or a place": r"pills?\b|tablet|overdos|guns?\b|firearm|rope|kni(fe|ves)|blade|bridge|trains?\b|poison|"
    r"cut(s|ting)?\b|pastilla|sobredosis|armas?\b|soga|cuchill|puente|veneno|cort(e|ar|ó)\b",
    "treatment or a booking": r"ketamin|spravato|infusi[oó]n|dos(e|is)\b|book(ing)?\b|appointment|schedul|treatment|"
    r"medic|cita\b|agend|tratamiento",
    "a diagnosis, a score or a role": r"depress|depresi|diagn|disorder|trastorno|risk level|nivel de riesgo|screen|"
    r"nurse|doctor|therapist|enfermer|terapeut|médic",
    "an unkind word": r"insane|crazy|suicidal (person|people)|victim|loc[oa]\b|víctima",
}


def _unsafe(what: str, text: str) -> bool:
    return bool(re.search(rf"\b({UNSAFE[what]})", text, re.IGNORECASE))


@pytest.mark.parametrize("what", UNSAFE)
def test_no_reply_holds(what: str) -> None:
    assert [text for text in (*ALL.values(), *buttons("en"), *buttons("es")) if _unsafe(what, text)] == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("blame for the dead", "He committed suicide."),
        ("blame for the dead", "cometer suicidio"),
        ("an attempt as a success or a failure", "a failed attempt"),
        ("an attempt as a success or a failure", "un intento fallido"),
        ("guilt", "That would be selfish."),
        ("guilt", "Think of your family."),
        ("guilt", "Piense en su familia."),
        ("debate and cliché", "You have so much to live for."),
        ("a promise of secrecy", "No one will see this."),
        ("a promise that somebody comes", "Help is on the way."),
        ("a promise that it gets better", "You'll be fine."),
        ("a method or a place", "Put the pills away."),
        ("treatment or a booking", "Book a ketamine session."),
        ("a diagnosis, a score or a role", "Your depression is severe."),
        ("an unkind word", "Está loco."),
    ],
)
def test_the_scan_finds_what_it_looks_for(what: str, text: str) -> None:
    assert _unsafe(what, text)


@pytest.mark.parametrize("what", UNSAFE)
def test_the_last_resort_is_as_safe(what: str) -> None:
    assert not _unsafe(what, LAST_RESORT)


@pytest.mark.parametrize(("kind", "language"), list(product(KINDS, LANGUAGES)))
def test_every_crisis_reply_on_the_web_has_hope(kind: str, language: str) -> None:
    assert re.search(r"help works|la ayuda funciona", _say(kind, language), re.IGNORECASE)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "third_party"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_in_crisis_is_asked_for_one_small_step_at_most(kind: str, language: str) -> None:
    steps = re.findall(r"If you can,|Si puede,|Acérquese", _say(kind, language))
    assert len(steps) == 1


# Plain, and fit for the channel.


@every_web
def test_a_reply_on_the_web_is_short(at: tuple[str, ...]) -> None:
    text = ALL[at]
    assert len(text.split()) <= MAX_WORDS
    # The sentence with the numbers is read in parts: its name and its hours stand in brackets.
    spoken = re.sub(r" \([^)]*\)", "", text)
    assert max(len(sentence.split()) for sentence in re.split(r"(?<=[.?!])\s+", spoken)) <= MAX_SENTENCE


@pytest.mark.parametrize("at", [at for at in ALL if at[1] == "en"], ids=_name)
def test_a_reply_in_english_is_easy_to_read(at: tuple[str, ...]) -> None:
    assert textstat.flesch_kincaid_grade(ALL[at]) <= HIGHEST_GRADE[at[2]]


@every_sms
def test_a_text_message_is_one_segment_of_the_basic_alphabet(at: tuple[str, ...]) -> None:
    assert smsutil.is_valid_gsm(ALL[at]), ALL[at]
    assert "\n" not in ALL[at]
    assert len(ALL[at]) <= ONE_SEGMENT
    assert len(smsutil.split(ALL[at]).parts) == 1


@pytest.mark.parametrize("at", [at for at in ALL if at[2] == "sms" and at[0] in KINDS], ids=_name)
def test_the_line_is_reached_within_the_first_segment_even_of_the_wide_alphabet(at: tuple[str, ...]) -> None:
    first = re.search(r"988|116 123|13 11 14|1737|800 911 2000|024|findahelpline\.com", ALL[at])
    assert first
    assert first.end() <= ONE_WIDE_SEGMENT, ALL[at]


@pytest.mark.parametrize("at", [at for at in ALL if at[2] == "sms" and at[0] != "check_in"], ids=_name)
def test_a_text_message_may_be_seen_on_a_locked_screen(at: tuple[str, ...]) -> None:
    assert not re.search(r"suicid|hurt yourself|self-harm|\bdie\b|hacerse daño|morir", ALL[at], re.IGNORECASE)


# Whatever is asked for, something is said.


def test_what_is_not_known_falls_back() -> None:
    assert _say("nothing like it") == _say("active")
    assert _say("active", "xx") == _say("active", "en")
    assert _say("active", "es-MX") == _say("active", "es")
    assert _say("active", channel="cmdline") == _say("active", channel="web")
    assert "findahelpline.com" in _say("active", country="nowhere")
    assert _say("line", country="us") == _say("line")


@pytest.mark.parametrize("name", ["template", "copy", "__class__", "__fields__", "Config"])
def test_a_name_of_the_code_is_not_a_reply(name: str) -> None:
    assert _say(name) == _say("active")


@given(name=st.text(), language=st.text(), channel=st.text(), country=st.text())
@settings(max_examples=300)
def test_it_never_raises_whatever_the_text(name: str, language: str, channel: str, country: str) -> None:
    text = reply(name, language=language, channel=channel, country=country)
    assert text != LAST_RESORT
    assert re.search(r"emergency|emergencias|911|112|999|000|111", text)
    assert buttons(language)[1] == "No"


@pytest.mark.parametrize("odd", [None, 5, [], {}, object(), b"es"])
def test_it_never_raises_for_what_is_no_text_at_all(odd: Any) -> None:
    assert "988" in reply(odd, language=odd, channel=odd, country="US")
    assert "findahelpline.com" in reply("active", language="en", channel="web", country=odd)
    assert buttons(odd) == ("Yes", "No")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    copy = tmp_path / "crisis"
    copy.mkdir()
    for path in (*FILES, FOLDER / "resources.yml"):
        shutil.copy(path, copy)
    monkeypatch.setattr(replies, "FOLDER", copy)
    _forget()
    yield copy
    _forget()


def _forget() -> None:
    replies._replies.cache_clear()
    replies._resources.cache_clear()


@pytest.mark.parametrize("broken", ["resources.yml", "replies.en.yml", "replies.es.yml"])
@pytest.mark.parametrize("text", [None, "a: [", "", "imminent: 1", "\x00"])
def test_when_the_data_is_broken_the_last_resort_is_said(folder: Path, broken: str, text: str | None) -> None:
    if text is None:
        (folder / broken).unlink()
    else:
        (folder / broken).write_text(text)
    # A language that is gone altogether is an unknown one; everything else ends in the last resort.
    expected = ALL["active", "en", "web", "US"] if (broken, text) == ("replies.es.yml", None) else LAST_RESORT
    assert _say("active", "es") == expected


def test_the_last_resort_is_logged_without_anybodys_words(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "resources.yml").unlink()
    assert reply("my own words", language="en", channel="web", country="US") == LAST_RESORT
    assert "ResourcesError" in caplog.text
    assert "my own words" not in caplog.text


def test_broken_replies_leave_plain_buttons(folder: Path) -> None:
    (folder / "replies.en.yml").unlink()
    assert buttons("es") == ("Yes", "No")


def test_the_last_resort_has_the_numbers_and_fits_a_text_message() -> None:
    words = RESOURCES.wording("US", "en")
    assert words["lifeline_short"] in LAST_RESORT
    assert words["emergency"] in LAST_RESORT
    assert LIMITS["en", "web"] in LAST_RESORT
    assert smsutil.is_valid_gsm(LAST_RESORT)
    assert len(LAST_RESORT) <= ONE_SEGMENT


# What is not whole is refused.


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{lifeline}", "{hotline}", "there is no placeholder hotline"),
        ("{lifeline}", "{}", "there is no placeholder"),
        ("{lifeline}", "{lifeline", "web"),
        ("{lifeline}", "\n\n    {lifeline}", "a blank line would split the reply"),
        ("third_party:", "thirdparty:", "third_party"),
        ('  "yes": "Yes"\n', "", "yes"),
    ],
)
def test_replies_that_are_not_whole_are_refused(folder: Path, old: str, new: str, says: str) -> None:
    path = folder / "replies.en.yml"
    head, body = path.read_text().split("imminent:\n", 1)
    assert old in body
    path.write_text(f"{head}imminent:\n{body.replace(old, new)}")
    with pytest.raises(RepliesError, match=re.escape(says)) as refusal:
        read([path])
    assert path.name in str(refusal.value)


def test_replies_without_english_are_refused(folder: Path) -> None:
    with pytest.raises(RepliesError, match="'en'"):
        read([folder / "replies.es.yml"])


def test_a_file_that_is_missing_is_refused(folder: Path) -> None:
    with pytest.raises(RepliesError, match=r"replies\.fr\.yml"):
        read([folder / "replies.fr.yml"])
