"""A patient asks what the document does not answer, or what only a clinician can."""

from __future__ import annotations

import pytest

from .conftest import Conversation


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("how many milligrams will they give me", "cannot_dose"),
        ("is it dangerous together with clonazepam", "cannot_drug_interaction"),
        ("would i qualify with my history", "cannot_eligibility"),
        ("should i come off my sertraline first", "cannot_stop_medicine"),
        ("would TMS be better for me than ketamine", "cannot_choose_treatment"),
        ("will ketamine fix my ptsd", "cannot_other_condition"),
        ("does ketamine show up on a drug test at work", "cannot_legal"),
        ("can i do the treatment at home with mail order lozenges", "cannot_home_use"),
        ("how much do you guys charge per infusion", "cannot_clinic_prices"),
        ("what time do you open on saturdays", "cannot_clinic_hours"),
        ("i need to move my appointment to next week", "cannot_appointments"),
        ("can i drive myself home after the infusion", "cannot_driving"),
        ("can i go back to work the same afternoon", "cannot_aftercare"),
        ("write me a poem about cats", "off_topic"),
    ],
)
def test_it_names_the_reason_and_a_person(conversation: Conversation, text: str, kind: str) -> None:
    conversation.user_says(text).bot_replies(kind)


def test_urgent_symptoms_are_sent_to_911_first(conversation: Conversation) -> None:
    conversation.user_says("hello")
    conversation.user_says("my chest hurts badly and i can't breathe since the infusion").bot_replies("urgent_symptoms")
    assert conversation.reply.startswith("Call 911 now")
