"""The report on the crisis screen: what is met, what is not, and every miss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ketamine_guide.crisis.evaluate import draw, misses, own_set, read_set, table
from ketamine_guide.crisis.examples import held_out
from ketamine_guide.crisis.lexicon import KINDS


def _line(label: str, expect: str, level: str, **more: Any) -> dict[str, Any]:
    verdict = {"level": level, "kind": "active", "language": "en", "score": 0.5, "evidence": ("a", "b")}
    line: dict[str, Any] = {"text": f"{label} {expect} {level}", "label": label, "expect": expect, "tags": []}
    return {**line, "verdict": verdict | more.pop("verdict", {}), **more}


def _row(lines: list[dict[str, Any]], title: str) -> str:
    (row,) = (row for row in table(lines).splitlines() if row.startswith(f"| {title}"))
    return row


def test_a_bar_for_recall_is_met_or_not() -> None:
    met = [_line("active", "escalate", "crisis") for _ in range(20)]
    assert "NOT MET" not in _row(met, "imminent, active")
    assert "met" in _row(met, "imminent, active")
    asked = [*met, _line("imminent", "escalate", "check_in"), _line("imminent", "escalate", "check_in")]
    assert "NOT MET" in _row(asked, "imminent, active")
    missed = [*met, _line("active", "escalate", "none")]
    assert "20 (95.2%)" in _row(missed, "imminent, active")
    assert "NOT MET" in _row(missed, "imminent, active")


def test_a_bar_for_false_alarms_is_met_or_not() -> None:
    quiet = [_line("idiom", "no_escalate", "none") for _ in range(20)]
    assert "NOT MET" not in _row(quiet, "idiom")
    assert "at most" in _row(quiet, "idiom")
    assert "NOT MET" in _row([*quiet, _line("idiom", "no_escalate", "crisis")], "idiom")
    asked = [_line("idiom", "no_escalate", "check_in") for _ in range(5)]
    assert "NOT MET" in _row([*quiet, *asked], "idiom")


def test_languages_and_slang_have_their_own_bars() -> None:
    lines = [
        _line("active", "escalate", "crisis", tags=["es"]),
        _line("passive", "escalate", "none", tags=["slang", "es"]),
        _line("other", "no_escalate", "crisis", tags=["es"]),
    ]
    assert " 2 | 1 (50.0%) " in _row(lines, "Spanish")
    assert "0 (0.0%)" in _row(lines, "slang and misspelt")


def test_a_class_without_messages_has_no_row_and_either_is_not_counted() -> None:
    assert "idiom" not in table([_line("active", "escalate", "crisis")])
    assert "active" not in table([_line("active", "either", "none")])


def test_misses_are_listed_in_both_directions_and_nothing_else_is() -> None:
    lines = [
        _line("active", "escalate", "none"),
        _line("passive", "escalate", "check_in", verdict={"score": None}),
        _line("idiom", "no_escalate", "crisis"),
        _line("active", "escalate", "crisis"),
        _line("idiom", "no_escalate", "check_in"),
        _line("idiom", "no_escalate", "none"),
        _line("history", "either", "crisis"),
        _line("history", "either", "none"),
    ]
    found = misses(lines)
    assert len(found) == 3
    for text, miss in zip(("active", "passive", "idiom"), found, strict=True):
        assert miss.startswith(f"- {text} got **")
        assert "a, b" in miss
    assert [miss.rsplit(": ", 1)[1] for miss in found] == [line["text"] for line in lines[:3]]


def test_a_set_is_read_with_and_without_tags(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(
        '{"text": "hola", "label": "other", "expect": "no_escalate", "tags": ["es"]}\n\n'
        '{"text": "hi", "label": "other", "expect": "no_escalate"}\n',
        encoding="utf-8",
    )
    assert [(line["text"], line["tags"]) for line in read_set(path)] == [("hola", ["es"]), ("hi", [])]


@pytest.mark.parametrize(
    "bad", ["not json", '{"text": "a", "label": "other"}', '{"label": "other", "expect": "either"}', "[1]", "7"]
)
def test_a_bad_line_is_named(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"text": "hi", "label": "other", "expect": "no_escalate"}\n' + bad, encoding="utf-8")
    with pytest.raises(ValueError, match=r"set\.jsonl, line 2"):
        read_set(path)


def test_the_own_set_is_what_nothing_learnt_from() -> None:
    lines = own_set()
    assert len(lines) > 400
    assert all(held_out(line["text"]) for line in lines)
    for line in lines:
        expected = "escalate" if line["label"] in KINDS else "either" if line["label"] == "history" else "no_escalate"
        assert line["expect"] == expected
    assert {tuple(line["tags"]) for line in lines} == {("es",), ("slang",), ()}


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    lines = [
        _line(label, expect, "none", verdict={"score": score / 20})
        for score in range(20)
        for label, expect in (("active", "escalate"), ("idiom", "no_escalate"))
    ]
    left_out = [_line("active", "escalate", "crisis", verdict={"score": None}), _line("history", "either", "none")]
    draw([*lines, *left_out], tmp_path)
    assert (tmp_path / "crisis.png").read_bytes().startswith(b"\x89PNG")
