"""Replies cut into texts: nothing is lost, no sentence cut without need, no delivery over its segments."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from ketamine_guide.channels.sms.gsm import gsm, segments
from ketamine_guide.channels.sms.splitting import deliveries, rejoined, with_choices

MORE = "Reply MORE for the rest."
SENTENCE = "This sentence has forty characters in it."
CHOICES = "Reply 1, 2 or 3:\n1 What is it for?\n2 How long does it take?\n3 What does it feel like?"
texts = st.lists(st.text(alphabet=st.characters(codec="latin-1"), max_size=400).map(gsm), max_size=8)


def _words(text: str) -> list[str]:
    return text.split()


def _without_more(groups: list[list[str]]) -> list[str]:
    return [body.removesuffix(MORE) for group in groups for body in group]


@given(texts)
@example(["x" * 1000])
@example(["€ " * 700])
@example([SENTENCE] * 60)
def test_nothing_is_lost_and_no_delivery_is_too_long(blocks: list[str]) -> None:
    groups = deliveries(blocks, MORE)
    for group in groups:
        assert len(group) <= 2
        assert sum(segments(body) for body in group) <= 3
    together = "".join(_words(rejoined(_without_more(groups))))
    assert together == "".join(_words("\n".join(blocks)))


def test_what_fits_into_two_segments_is_one_text() -> None:
    assert deliveries([SENTENCE, SENTENCE], MORE) == [[f"{SENTENCE}\n{SENTENCE}"]]
    assert len(deliveries(["x" * 306], MORE)[0]) == 1
    assert deliveries([], MORE) == []


def test_it_is_cut_between_sentences_and_numbered_and_choices_stay_together() -> None:
    (group,) = deliveries([" ".join([SENTENCE] * 7), CHOICES], MORE)
    assert group == [f"1/2 {' '.join([SENTENCE] * 7)}", f"2/2 {CHOICES}"]
    assert segments(group[1]) == 1


def test_what_is_more_than_three_segments_waits_for_more() -> None:
    groups = deliveries([" ".join([SENTENCE] * 20)], MORE)
    assert len(groups) == 2
    assert groups[0][-1].endswith(f"\n{MORE}")
    assert not groups[-1][-1].endswith(MORE)
    assert [body[:4] for group in groups for body in group] == ["1/4 ", "2/4 ", "3/4 ", "4/4 "]
    assert all(body.removesuffix(f"\n{MORE}").endswith(".") for group in groups for body in group)


def test_a_gateway_that_joins_gets_one_text_without_numbers() -> None:
    (group,) = deliveries([" ".join([SENTENCE] * 7), CHOICES], MORE)
    assert rejoined(group) == f"{' '.join([SENTENCE] * 7)}\n{CHOICES}"
    assert segments(group[0]) == 2


def test_choices_that_would_make_a_delivery_too_long_are_a_text_of_their_own() -> None:
    text = " ".join([SENTENCE] * 7) + " It goes on."
    assert segments(text) == 2
    assert segments(f"1/2 {text}") == 3
    many = CHOICES + "\nand this makes a whole segment of them, so that no sentence more has room"
    assert segments(many) == 1
    assert with_choices([text], many, MORE) == [[text, many]]
    assert with_choices([text], "", MORE) == [[text]]
    assert with_choices([SENTENCE], CHOICES, MORE) == [[f"{SENTENCE}\n{CHOICES}"]]
    assert len(with_choices([" ".join([SENTENCE] * 20)], CHOICES, MORE)) > 1
