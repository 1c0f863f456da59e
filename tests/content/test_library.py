"""Content files are refused when they are not as they must be, with words that help."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ketamine_guide.content.library import DATA, ContentError, FollowUp, Library, load

TOPIC = "data/topics/byline.yml"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def _rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def _add_follow_up(path: Path, line: str) -> None:
    """Puts a line first under the first entry that has follow-ups."""
    _rewrite(path, "    follow_ups: |\n", f"    follow_ups: |\n      {line}\n")


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


def test_follow_ups_are_read_from_their_lines(data: Path) -> None:
    path = data / "topics" / "byline.yml"
    name = "ask_who_wrote_this"
    before = load(data).follow_ups()[name]
    _rewrite(path, "    follow_ups: |\n", "    follow_ups: |\n\n      ask_bladder >  is a > b  \n      ask_cost>why\n")
    rows = [FollowUp(after="ask_bladder", words="is a > b"), FollowUp(after="ask_cost", words="why"), *before]
    assert load(data).follow_ups()[name] == rows


def test_follow_ups_may_be_missing(data: Path) -> None:
    path = data / "topics" / "byline.yml"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "follow_ups" not in line and " > " not in line))
    assert load(data).follow_ups()["ask_who_wrote_this"] == []


@pytest.mark.parametrize("line", ["ask_bladder why", "ask_bladder >", "ask_bladder >   ", "why"])
@pytest.mark.parametrize(
    ("file", "name"),
    [("topics/byline.yml", "ask_who_wrote_this"), ("dialogue/cannot_answer_medical.yml", "cannot_dose")],
)
def test_a_bad_line_of_follow_ups_is_refused_by_name(data: Path, file: str, name: str, line: str) -> None:
    _add_follow_up(data / file, line)
    with pytest.raises(ContentError, match=rf"(?s){file}: {name}: .*expected <topic> > <words>, found '{line[:3]}"):
        load(data)


@pytest.mark.parametrize("after", ["ask_nothing", "greet"])
def test_a_follow_up_comes_after_a_topic_that_exists(data: Path, after: str) -> None:
    _add_follow_up(data / "topics" / "byline.yml", f"{after} > why")
    with pytest.raises(ContentError, match=f"follow_ups of ask_who_wrote_this come after what does not exist: {after}"):
        load(data)


def test_every_follow_up_comes_after_a_topic_and_some_lead_to_each(content: Library) -> None:
    rows = content.follow_ups()
    assert {row.after for follow_ups in rows.values() for row in follow_ups} <= content.topics.keys()
    assert [name for name in content.topics if not rows[name]] == []


def test_an_empty_file_is_named(data: Path) -> None:
    (data / "facts.yml").write_text("")
    with pytest.raises(ContentError, match=r"facts\.yml"):
        load(data)


def test_sections_come_once_and_the_own_one_first(content: Library) -> None:
    assert content.sections(("ask_insurance",)) == ("Long-Term Considerations", "The Future")
    assert content.sections(("ask_bladder", "ask_insurance")) == ("Long-Term Considerations", "The Future")
