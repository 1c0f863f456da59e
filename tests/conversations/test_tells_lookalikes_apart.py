"""Questions that share nearly all their words, and not their answer."""

from __future__ import annotations

import pytest

from .conftest import Conversation


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("For how long do people stay better after one treatment?", "ask_how_long_relief_lasts"),
        ("once it helps, how long do the good effects last", "ask_how_long_relief_lasts"),
        ("how many weeks of relief do u get out of 1 session", "ask_how_long_relief_lasts"),
        ("For how long do the side effects hang around afterwards?", "ask_side_effects_last"),
        ("once ur dizzy n sick how long do those side effects last", "ask_side_effects_last"),
        ("Do the unpleasant effects go by bedtime or stay for days?", "ask_side_effects_last"),
    ],
)
def test_how_long_it_helps_and_how_long_the_side_effects_last(
    conversation: Conversation, text: str, topic: str
) -> None:
    conversation.user_says(text).bot_answers(topic)


@pytest.mark.parametrize(
    "text",
    [
        "How many times a week would I go in for Spravato?",
        "what's the timetable for the nasal spray",
        "how many sessions of esketamine do you get at first",
    ],
)
def test_the_document_has_no_schedule_for_spravato(conversation: Conversation, text: str) -> None:
    conversation.user_says(text).bot_answers("ask_spravato_schedule")
    assert "gives no schedule for Spravato" in conversation.reply
    assert "care team can tell you" in conversation.reply


@pytest.mark.parametrize(
    "text",
    [
        "How many drips make up the first round of treatment?",
        "how many infusions does a person get to begin with",
        "what number of iv sessions is usual in the opening weeks",
    ],
)
def test_it_has_one_for_infusions(conversation: Conversation, text: str) -> None:
    conversation.user_says(text).bot_answers("ask_number_of_sessions")
    assert "4 to 6 infusions" in conversation.reply


@pytest.mark.parametrize(
    "text",
    [
        "Would the infusions ease my nerve pain?",
        "can a ketamine infusion help my chronic back pain",
        "ketamine for my migraines?",
    ],
)
def test_infusions_for_pain_are_turned_down(conversation: Conversation, text: str) -> None:
    conversation.user_says(text).bot_replies("cannot_pain")


@pytest.mark.parametrize(
    "text",
    [
        "What are ketamine infusions for depression all about?",
        "so ketamine is a treatment for depression, is it",
        "whats ketamine treat",
    ],
)
def test_infusions_for_depression_are_explained(conversation: Conversation, text: str) -> None:
    conversation.user_says(text).bot_answers("ask_what_it_is_for")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("What happens if I have to go to the toilet during the infusion?", "cannot_companion"),
        ("can u get up n pee while the drip is in", "cannot_companion"),
    ],
)
def test_needing_the_toilet_in_a_session_is_for_the_clinic(conversation: Conversation, text: str, kind: str) -> None:
    conversation.user_says(text).bot_replies(kind)


@pytest.mark.parametrize(
    "text",
    [
        "Does it damage your bladder over the years?",
        "do regular users end up with waterworks trouble",
        "risk to bladder?",
    ],
)
def test_the_risk_to_the_bladder_is_answered(conversation: Conversation, text: str) -> None:
    conversation.user_says(text).bot_answers("ask_bladder")


@pytest.mark.parametrize(
    "text",
    ["Does this clinic take Aetna?", "do you guys bill my insurance", "Is your clinic in network with my plan?"],
)
def test_my_insurance_at_this_clinic_is_for_the_clinic(conversation: Conversation, text: str) -> None:
    conversation.user_says(text).bot_replies("cannot_clinic_insurance")


@pytest.mark.parametrize(
    "text",
    [
        "Do health plans generally pay for ketamine?",
        "is it something insurers tend to cover",
        "are plans covering this nowadays",
    ],
)
def test_what_plans_cover_in_general_is_answered(conversation: Conversation, text: str) -> None:
    conversation.user_says(text).bot_answers("ask_insurance")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "Is ketamine a problem when blood pressure is high and nothing brings it down?",
            "uncontrolled high blood pressure",
        ),
        ("people with uncontrolled bp can they get ketamine", "uncontrolled high blood pressure"),
        (
            "What about high blood pressure that tablets keep in check?",
            "does not speak of high blood pressure that is controlled",
        ),
        (
            "ppl with high bp but its well controlled, still ok?",
            "does not speak of high blood pressure that is controlled",
        ),
    ],
)
def test_the_document_speaks_of_uncontrolled_blood_pressure_alone(
    conversation: Conversation, text: str, says: str
) -> None:
    conversation.user_says(text).bot_answers("ask_high_blood_pressure")
    assert says in conversation.reply


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Has the FDA approved Spravato?", "Spravato, is FDA-approved"),
        ("is the nose spray an approved drug", "Spravato, is FDA-approved"),
        ("Has plain ketamine, the drip, been approved by the FDA?", "does not say if drips, shots, or lozenges"),
        ("is ketamine itself fda approved or just the spray", "does not say if drips, shots, or lozenges"),
    ],
)
def test_spravato_is_approved_and_of_ketamine_itself_it_is_not_said(
    conversation: Conversation, text: str, says: str
) -> None:
    conversation.user_says(text).bot_answers("ask_fda_status")
    assert says in conversation.reply


@pytest.mark.parametrize(
    "text",
    [
        "What's a ketamine troche?",
        "What's a ketamine lozenge?",
        "tell me about troches",
        "tell me about lozenges",
        "is there a kind that melts under your tongue",
    ],
)
def test_a_troche_is_a_lozenge(conversation: Conversation, text: str) -> None:
    conversation.user_says(text).bot_answers("ask_lozenges")


@pytest.mark.parametrize(
    ("text", "topic", "has", "missing"),
    [
        (
            "Is it addictive?",
            "ask_substance_use",
            "substance use disorders",
            "does not say whether the treatment can be addictive",
        ),
        (
            "can people get hooked on this stuff",
            "ask_substance_use",
            "substance use disorders",
            "does not say whether the treatment",
        ),
        (
            "how long am i there for the whole visit, waiting and resting included",
            "ask_session_length",
            "40 to 60 minutes",
            "does not say how long the whole visit is",
        ),
        (
            "Which kinds of depression does it work best for?",
            "ask_types_of_depression",
            "respond especially well",
            "does not say which types",
        ),
        (
            "which blood tests do they run beforehand",
            "ask_lab_tests",
            "Lab tests are usually part",
            "does not name the tests",
        ),
        (
            "Does anybody keep an eye on you during the session?",
            "ask_monitoring",
            "vital signs are checked",
            "does not say who does this",
        ),
        (
            "how long does that neuroplasticity window stay open",
            "ask_neuroplasticity_window",
            "more flexible",
            "does not say how long the window lasts",
        ),
    ],
)
def test_what_is_half_in_the_document_is_half_answered_and_the_reply_says_so(
    conversation: Conversation, text: str, topic: str, has: str, missing: str
) -> None:
    conversation.user_says(text).bot_answers(topic)
    assert has in conversation.reply
    assert f"The document {missing}" in conversation.reply or f"It {missing}" in conversation.reply
    assert "care team can tell you" in conversation.reply
