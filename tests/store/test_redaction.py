"""What could tell who wrote is taken out before a question is kept; the question itself stays."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketamine_guide.store.redaction import redacted

TAKEN_OUT = [
    # phone numbers
    ("call me at 555-010-0199 please", "call me at [phone] please"),
    ("my cell is (555) 010 0199", "my cell is [phone]"),
    ("text 5550100199", "text [phone]"),
    ("+44 7700 900123 is my mobile", "[phone] is my mobile"),
    ("it's 1.555.010.0199!", "it's [phone]!"),
    ("5 5 5 0 1 0 0 is my number", "[phone] is my number"),
    ("mi teléfono es 612 345 678", "mi teléfono es [phone]"),
    ("ring 555\u200b010\u200b0199", "ring [phone]"),
    ("ring ５５５０１００１９９", "ring [phone]"),
    ("it's five five five oh one nine nine", "it's [phone]"),
    # e-mail, links, accounts
    ("write to maria.lopez+k@mail.example, thanks", "write to [email], thanks"),
    ("its maria at gmail dot com", "its [email]"),
    ("I read https://forum.example/u/maria?x=1 about it", "I read [link] about it"),
    ("see www.forum.example", "see [link]"),
    ("is facebook.com/maria.lopez private", "is [link] private"),
    ("find me @maria_92 there", "find me [account] there"),
    # names
    ("My name is Maria Lopez and I want to know the cost", "My name is [name] and I want to know the cost"),
    ("my name is maria lopez how long does it take", "my name is [name] how long does it take"),
    ("my name is bob what's the price", "my name is [name] what's the price"),
    ("my names bob, does it hurt", "my names [name], does it hurt"),
    ("I'm called José-Luis O’Brien. Is it safe?", "I'm called [name] Is it safe?"),
    ("call me Sam", "call me [name]"),
    ("this is Anna Reyes speaking, can I drive", "this is [name] speaking, can I drive"),
    ("this is anna reyes speaking, can i drive", "this is [name] speaking, can i drive"),
    ("Hi, this is Anna. Can I drive", "Hi, this is [name] Can I drive"),
    ("Hi I'm Anna, can I drive", "Hi I'm [name], can I drive"),
    ("me llamo Rosa Pérez y tengo una duda", "me llamo [name] y tengo una duda"),
    ("mi nombre es rosa y tengo una duda", "mi nombre es [name] y tengo una duda"),
    ("mi hija se llama Lucía, es segura", "mi hija se llama [name], es segura"),
    ("Hola, soy Rosa. ¿Duele?", "Hola, soy [name] ¿Duele?"),
    ("Dr. Patel said it is off label", "Dr. [name] said it is off label"),
    ("can dr reyes see me", "can dr [name] see me"),
    ("is nurse Kelly in on monday", "is nurse [name] in on monday"),
    ("my husband John worries", "my husband [name] worries"),
    ("how long does it last? Thanks, Maria", "how long does it last? Thanks, [name]"),
    ("does it wear off? - Maria L", "does it wear off? - [name]"),
    # dates
    ("born 3/12/1980, am I too old", "born [date], am I too old"),
    ("DOB: March 12, 1980", "DOB [date]"),
    ("my birthday is 12 may", "my birthday is [date]"),
    ("I was born in 1958", "I was born in [date]"),
    ("nací el 12 de marzo de 1980", "nací el [date]"),
    ("my appointment on March 12 at noon", "my appointment on [date] at noon"),
    ("since 2025-11-03 i feel odd", "since [date] i feel odd"),
    # addresses
    ("I'm at 12 Oak Tree Street, is it near", "I'm at [address], is it near"),
    ("pick me up 4471 north elm ave apt 4b", "pick me up [address] [address]"),
    ("12 oak drive", "[address]"),
    ("vivo en la calle de la rosa 14", "vivo en la [address]"),
    ("P.O. Box 99", "[address]"),
    ("zip 90210", "zip [number]"),
    ("send it to SW1A 1AA", "send it to [address]"),
    ("i live in New Haven", "i live in [place]"),
    # numbers that stand for a person
    ("my member id is XKJ-4471", "my member id [number]"),
    ("insurance number: 88A21", "insurance number [number]"),
    ("Medicare 1EG4-TE5-MK73", "Medicare [number]"),
    ("ssn 123-45-6789", "ssn [number]"),
    ("mrn 4471", "mrn [number]"),
    ("WXJ882441907 is on the card", "[number] is on the card"),
    ("chart #0044719", "chart [number]"),
]
KEPT = [
    "is it 4 to 6 infusions over 2-3 weeks, 40-60 minutes each?",
    "how much is 0.5 mg/kg for somebody of 180 lbs",
    "I'm scared. I am on zoloft 100mg and wellbutrin 300",
    "was it approved in 2019 or studied 2019-2023",
    "can i call 988 or 911",
    "my doctor said it works for 70% of people",
    "my dr mentioned spravato",
    "dr said no",
    "please call me back",
    "is a 2 hour drive home ok",
    "does my insurance plan pay for it",
    "may 2 infusions be enough",
    "what if i have 1 drink",
    "soy diabético y tengo miedo",
    "¿cómo se llama la medicina de la nariz?",
    "my husband wonders how long does it last",
    "is it the same as special k or pcp",
    "this is not working, i am here every week",
    "i live in fear of the next bad day",
    "no thanks",
]


@pytest.mark.parametrize(("text", "expected"), TAKEN_OUT)
def test_what_tells_who_wrote_is_taken_out(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize("text", KEPT)
def test_the_question_stays(text: str) -> None:
    assert redacted(text) == text


ANY = st.text(max_size=80)
WORDS = st.text(st.sampled_from("abc xyz?!,.'"), max_size=40)


@given(ANY)
def test_whatever_is_written_it_ends_on_one_line_that_can_be_kept(text: str) -> None:
    found = redacted(text)
    assert found == " ".join(found.split())
    assert not [c for c in found if unicodedata.category(c) in {"Cc", "Cs", "Cf"}]


@given(st.one_of(ANY, st.text(st.sampled_from("ab 0129@.-/:#[]()MS\n"), max_size=60)))
def test_long_numbers_and_addresses_of_mail_never_stay(text: str) -> None:
    found = redacted(text)
    assert not re.search(r"\d{5}", found)
    assert not re.search(r"[\w.-]@[\w.-]", found)


@given(WORDS, st.text("0123456789", min_size=7, max_size=15), st.sampled_from(["", " ", "-", ".", ") ", " - "]), WORDS)
def test_a_phone_number_never_stays_however_it_is_parted(before: str, digits: str, between: str, after: str) -> None:
    found = redacted(f"{before} {digits[:3]}{between}{digits[3:6]}{between}{digits[6:]} {after}")
    assert not re.search(r"\d", found)


@given(WORDS, st.emails(), WORDS)
def test_an_address_of_mail_never_stays(before: str, address: str, after: str) -> None:
    assert address not in redacted(f"{before} {address} {after}")


NAMES = st.from_regex(r"[A-Z][a-z]{3,9}( [A-Z][a-z]{3,9})?", fullmatch=True)


@given(st.sampled_from(["my name is", "I'm called", "me llamo", "mi nombre es", "Dr.", "My Name's"]), NAMES, WORDS)
def test_a_name_that_is_given_as_one_never_stays(cue: str, name: str, after: str) -> None:
    assert redacted(f"{cue} {name}. {after}").startswith(f"{cue} [name]")
