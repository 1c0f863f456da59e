"""What the web channel says beside the replies is whole, plain, and in each language."""

from __future__ import annotations

from pathlib import Path

import pytest
import textstat

from ketamine_guide.channels import words
from ketamine_guide.channels.incoming import STATUS
from ketamine_guide.channels.words import WordsError
from ketamine_guide.content.library import Library

HARDEST_GRADE = 8


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("code", STATUS)
def test_every_failure_has_words(content: Library, code: str, lang: str) -> None:
    said = words.read(words.PATH, content).failure(code, lang, "Riverside (555-0100)")
    assert said
    assert "{" not in said


def test_an_unknown_language_is_answered_in_english(content: Library) -> None:
    read = words.read(words.PATH, content)
    assert read.language("fr") == read.language("") == read.language("EN-us") == "en"
    assert read.language("es-419") == "es"


def test_the_languages_have_the_same_words(content: Library) -> None:
    spoken = words.read(words.PATH, content).words
    assert {tuple(one.failures) for one in spoken.values()} == {tuple(spoken["en"].failures)}
    assert set(spoken["en"].failures) - {words.OTHER} <= set(STATUS)


@pytest.mark.parametrize(("lang", "said"), [("en", "deleted 45 days after"), ("es", "se borra 45 días después")])
def test_the_notice_says_for_how_long_the_conversation_is_kept(content: Library, lang: str, said: str) -> None:
    kept = words.read(words.PATH, content).notices(lang, "", 45)["kept"]
    assert said in kept
    assert any(plea in kept for plea in ("leave out names and phone numbers", "no escriba nombres ni teléfonos"))


def test_they_are_easy_to_read(content: Library) -> None:
    read = words.read(words.PATH, content)
    said = [read.failure(code, "en", "your clinic") for code in STATUS]
    for text in (*said, *read.notices("en", "your clinic", 90).values()):
        assert textstat.flesch_kincaid_grade(text) <= HARDEST_GRADE, text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ask_side_effects", "ask_no_such_topic"),
        ("{clinic_contact}", "{phone}"),
        ("      other:", "      others:"),
        ("minors:", "children:"),
        ("  en:", "  fr:"),
        ("words:", "words: ["),
    ],
)
def test_what_is_not_whole_is_refused(content: Library, tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "web.yml"
    path.write_text(words.PATH.read_text().replace(old, new))
    with pytest.raises(WordsError, match=r"web\.yml"):
        words.read(path, content)
