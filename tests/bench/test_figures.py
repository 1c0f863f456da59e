"""The bars and the table say what was measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ketamine_guide.bench.figures import Measured, bars, percentile, rows
from ketamine_guide.bench.page import page, summary
from tests.bench.conftest import DAY


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert percentile(values, 0.5) == 51
    assert percentile(values, 0.99) == 100
    assert percentile([7.0], 0.99) == 7
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


def test_the_turns_are_taken_where_they_stand(ours: Measured) -> None:
    growing = replace(ours, conversations=[[float(turn) for turn in range(1, 201)]])
    assert (growing.turn(2), growing.turn(50), growing.turn(200)) == (4.5, 52.5, 197.5)


def test_twice_as_slow_is_no_bar_met(ours: Measured) -> None:
    slower = replace(ours, alone=[2 * seconds for seconds in ours.alone], screen=[0.02], at_once=[3.0])
    found = {bar.title: (round(bar.value, 2), bar.is_met) for bar in bars(slower, ours)}
    assert found["Median latency: default / this"] == (0.5, False)
    assert found["p99 latency: default / this"] == (0.5, False)
    assert found["The crisis screen alone, median"] == (20, False)
    assert found["Fifty in a crisis at once: the last reply"] == (3, False)
    assert found["Latency at turn 200 / turn 2"] == (1, True)


def test_the_bars_are_met_by_what_is_fast_enough(ours: Measured, theirs: Measured) -> None:
    assert [bar.title for bar in bars(ours, theirs) if not bar.is_met] == []


def test_the_table_gives_both_and_their_ratio(ours: Measured, theirs: Measured) -> None:
    table = {title: cells for title, *cells in rows(ours, theirs)}
    assert table["Message, one at a time: median"] == ["10.0 ms", "50.0 ms", "5.0"]
    assert table["Resident memory: Rasa"] == ["400 MB", "1000 MB", "2.5"]
    assert table["Training"] == ["100 s", "1000 s", "10.0"]


def test_the_page_and_the_summary_hold_the_table_and_say_what_is_not_met(ours: Measured, theirs: Measured) -> None:
    slower = replace(ours, training=999.0)
    made = page(DAY, "2 cores.", ["It was <measured>."], slower, theirs)
    assert "not met" in made
    assert "It was &lt;measured&gt;." in made
    assert made.count("data:image/svg+xml") == 2
    for title, *cells in rows(slower, theirs):
        assert title in made
        assert cells[0] in made
        assert title in summary(slower, theirs)
    assert "NOT MET" in summary(slower, theirs)
