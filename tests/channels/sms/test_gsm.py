"""GSM-7 and segments, held against Twilio's own calculator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from ketamine_guide.channels.sms.gsm import gsm, segments

from .conftest import node

CALCULATE = """
const { SegmentedMessage } = require('sms-segments-calculator');
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(texts.map(text => {
  const message = new SegmentedMessage(text);
  return [message.encodingName, message.segmentsCount];
})));
"""


def by_twilio(tools: Path, texts: list[str]) -> list[tuple[str, int]]:
    return [(name, count) for name, count in json.loads(node(tools, CALCULATE, json.dumps(texts)))]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("“It’s fine” – he said…", '"It\'s fine" - he said...'),
        ("a\u00a0b\u2011c • d", "a b-c - d"),
        ("Clínica Río, niño, Ünal, Ægir", "Clinica Rio, niño, Ünal, Ægir"),
        ("façade Ç", "facade Ç"),
        ("ok 👍🏽 \u200bthen", "ok  then"),
        ("日本", ""),
        ("[x] {y} €", "[x] {y} €"),
        ("ﬁne ①", "fine 1"),
    ],
)
def test_it_becomes_plain(text: str, plain: str) -> None:
    assert gsm(text) == plain


@given(st.text())
def test_whatever_comes_becomes_gsm_7_and_stays_as_it_is(text: str) -> None:
    plain = gsm(text)
    assert plain == "" or smsutil.is_valid_gsm(plain)
    assert gsm(plain) == plain


@pytest.mark.parametrize(("length", "count"), [(1, 1), (160, 1), (161, 2), (306, 2), (307, 3), (1600, 11)])
def test_segments_are_counted_as_phones_do(tools: Path, length: int, count: int) -> None:
    assert segments("x" * length) == count
    assert by_twilio(tools, ["x" * length]) == [("GSM-7", count)]


def test_both_calculators_agree_on_signs_that_count_twice(tools: Path) -> None:
    texts = ["€" * 80, "€" * 81, "[" * 153 + "x", "x" * 152 + "€" * 2, "é" * 160, "\n" * 161]
    assert [("GSM-7", segments(text)) for text in texts] == by_twilio(tools, texts)
