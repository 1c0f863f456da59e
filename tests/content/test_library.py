"""Content files are refused when they are not as they must be, with words that help."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ketamine_guide.content.library import DATA, ContentError, Library, load

TOPIC = "data/topics/byline.yml"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def _rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("facts: [F72]", "facts: []", "facts"),
        ("facts: [F72]", "facts: [F99]", "F99"),
        ("answer: >-", "ansver: >-", "ansver"),
        ("answer_sms: >-", "answer_short: >-", "answer_sms"),
        ("section: Byline", "heading: Byline", "section"),
        ("ask_who_wrote_this:", "who_wrote_this:", "begins with ask_"),
        ("      faq: |", "      plain: |", "faq"),
        ("topics:", "topics: [", "not readable as YAML"),
    ],
)
def test_a_topic_that_is_not_whole_is_refused_by_name(data: Path, old: str, new: str, complaint: str) -> None:
    _rewrite(data / "topics" / "byline.yml", old, new)
    with pytest.raises(ContentError, match=complaint):
        load(data)


def test_a_name_is_used_once(data: Path) -> None:
    shutil.copy(data / "topics" / "byline.yml", data / "topics" / "byline_again.yml")
    with pytest.raises(ContentError, match="used once"):
        load(data)


def test_an_intent_may_not_take_a_topics_name(data: Path) -> None:
    _rewrite(data / "dialogue" / "small_talk.yml", "  greet:", "  ask_bladder:")
    with pytest.raises(ContentError, match="used twice"):
        load(data)


def test_a_related_topic_must_exist(data: Path) -> None:
    path = data / "topics" / "byline.yml"
    related = next(line for line in path.read_text().splitlines() if line.strip().startswith("related:"))
    _rewrite(path, related, "    related: [ask_nothing, ask_bladder]")
    with pytest.raises(ContentError, match="ask_nothing"):
        load(data)


def test_an_empty_file_is_named(data: Path) -> None:
    (data / "facts.yml").write_text("")
    with pytest.raises(ContentError, match=r"facts\.yml"):
        load(data)


def test_sections_come_once_and_the_own_one_first(content: Library) -> None:
    assert content.sections(("ask_insurance",)) == ("Long-Term Considerations", "The Future")
    assert content.sections(("ask_bladder", "ask_insurance")) == ("Long-Term Considerations", "The Future")
