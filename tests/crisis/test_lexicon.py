"""A lexicon is whole, or it is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketamine_guide.content.library import DATA
from ketamine_guide.crisis.lexicon import KINDS, Lexicon, LexiconError, read
from ketamine_guide.crisis.rules import Rules

PATHS = sorted((DATA / "crisis").glob("lexicon.*.yml"))
HEAD = "owner: a\nlanguage: en\ncommon: i\n"
GROUP = "groups: {a: {kind: active, source: here, phrases: [x]}}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lexicon.en.yml"


@pytest.mark.parametrize("lexicon_file", PATHS, ids=lambda path: path.name)
def test_each_lexicon_is_of_its_files_language_and_knows_every_kind(lexicon_file: Path) -> None:
    lexicon = read(lexicon_file)
    assert lexicon_file.name == f"lexicon.{lexicon.language}.yml"
    assert {group.kind for group in lexicon.groups.values()} == set(KINDS)
    assert lexicon.owner


def test_there_is_one_in_english_and_one_in_spanish() -> None:
    assert [read(path).language for path in PATHS] == ["en", "es"]


@pytest.mark.parametrize("lexicon_file", PATHS, ids=lambda path: path.name)
def test_each_list_of_words_is_used(lexicon_file: Path) -> None:
    lexicon = read(lexicon_file)
    phrases = [phrase for group in lexicon.groups.values() for phrase in group.phrases]
    phrases += [phrase for named in lexicon.unless.values() for phrase in named]
    used = {part.rstrip("?") for phrase in phrases for row in phrase.split() for part in row.split("|")}
    assert {f"${name}" for name in lexicon.words} <= used


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (HEAD + "words: {}\ngroups: {a: {kind: sad, source: here, phrases: [x]}}\nunless: {}", "group a: sad is none"),
        (HEAD + "words: {}\n" + GROUP, "unless"),
        (HEAD + "words: {}\nunless: {}\n" + GROUP + "more: 1", "more"),
        (HEAD + "words: {}\ngroups: {a: {kind: active, phrases: [x]}}\nunless: {}", "source"),
        ("words: {}\nunless: {}\n" + GROUP, "owner"),
        ("[1, 2]", "lexicon"),
        ("", "lexicon"),
        ("words: [", "lexicon"),
    ],
)
def test_a_broken_lexicon_is_refused(path: Path, content: str, complaint: str) -> None:
    path.write_text(content)
    with pytest.raises(LexiconError, match=complaint) as refusal:
        read(path)
    assert str(path) in str(refusal.value)


def test_an_unknown_list_of_words_is_named(path: Path) -> None:
    path.write_text(HEAD + "words: {}\ngroups: {a: {kind: active, source: here, phrases: [$wish to go]}}\nunless: {}")
    with pytest.raises(LexiconError, match=r"\$wish to go"):
        Rules([read(path)])


def _lexicon(phrase: str) -> Lexicon:
    groups = {"a": {"kind": "active", "source": "here", "phrases": [phrase]}}
    return Lexicon(
        owner="a", language="en", common="i", words={"go": "go leave"}, groups=groups, unless={"b": ["never"]}
    )


@pytest.mark.parametrize(
    ("phrase", "text", "told"),
    [
        ("to go", "i have to go", True),
        ("to go", "i have to stay", False),
        ("to go", "together going", False),
        ("to $go", "i have to leave", True),
        ("to go|stay", "i have to stay", True),
        ("to really? go", "i have to go", True),
        ("to really? go", "i have to really go", True),
        ("have ... go", "i have so much to go", True),
        ("have ... go", "i have it and so much to go", False),
    ],
)
def test_a_phrase_reads_as_the_lexicon_says(phrase: str, text: str, told: bool) -> None:
    assert (Rules([_lexicon(phrase)]).look(text).kind is not None) is told
