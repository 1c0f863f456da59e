"""The SMS channel from outside, as Twilio calls it, with a real Rasa behind it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from ketamine_guide.channels.sms import opt_out
from ketamine_guide.channels.sms.gsm import segments
from ketamine_guide.content.library import Library
from ketamine_guide.crisis.replies import reply
from ketamine_guide.launch import private_bot
from ketamine_guide.settings import Settings
from tests.channels.conftest import Guide

from .conftest import MANY, PATH, SETTINGS, Phone, post, sid, signature, texts_of

STATUS = f"{PATH}/status"
CRISIS = "i want to kill myself"
QUESTION = "can it cause nausea?"
SECONDS_FOR_A_RECORD = 15


def escalations(guide: Guide, at_least: int = 0) -> list[str]:
    """The kinds of the recorded ones, once there are as many as wanted or the time is up."""
    deadline = time.monotonic() + SECONDS_FOR_A_RECORD
    while True:
        kinds = [row[0] for row in guide.rows("SELECT kind FROM escalations WHERE channel = 'sms' ORDER BY id")]
        if len(kinds) >= at_least or time.monotonic() > deadline:
            return kinds
        time.sleep(0.2)


def users(guide: Guide) -> list[dict[str, object]]:
    """Every message that Rasa got."""
    return [event for sender in senders(guide) for event in guide.events(sender)]


def senders(guide: Guide) -> list[str]:
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(guide.folder / "conversations.db") as database:
        return [row[0] for row in database.execute("SELECT DISTINCT sender_id FROM events")]


# Answers.


def test_the_first_answer_comes_with_who_this_is_and_at_most_three_segments(phone: Phone, content: Library) -> None:
    first, *rest = phone.texts(QUESTION)
    for part in ("Riverside Clinic", "automated", "not private", "HELP", "STOP", "988"):
        assert part in first
    assert segments(first) <= 2
    assert content.topics["ask_nausea"].answer_sms in "\n".join(rest)
    assert sum(map(segments, rest)) <= 3
    assert "Source: Common Side Effects" in "\n".join(rest)
    assert "/ask_" not in "\n".join(rest)


def test_a_later_answer_does_not_introduce_itself_again(phone: Phone) -> None:
    phone.texts("hello")
    assert "automated" not in "\n".join(phone.texts(QUESTION))


@pytest.mark.parametrize("second", ["2", "2.", "the second one", "option 2", None])
def test_a_choice_is_made_by_its_number_or_its_words(phone: Phone, content: Library, second: str | None) -> None:
    phone.texts(QUESTION)
    name = content.topics["ask_nausea"].related[1]
    answer = "\n".join(phone.texts(second or content.topics[name].question))
    assert content.topics[name].answer_sms[:60] in answer


def test_a_number_that_nothing_was_offered_for_chooses_nothing(phone: Phone) -> None:
    assert "Source:" not in "\n".join(phone.texts("2"))


def test_a_slash_is_a_slash(sms_guide: Guide, phone: Phone) -> None:
    phone.texts(QUESTION)
    before = set(senders(sms_guide))
    assert phone.texts("/session_start")
    assert phone.texts('/check_in_yes{"a": 1}')
    texts = [event["text"] for event in users(sms_guide)]
    assert "session_start" in texts
    assert set(senders(sms_guide)) == before


def test_what_does_not_fit_waits_for_more(phone: Phone) -> None:
    many = "can it cause nausea? is it addictive? how long does a session take? can it make me dizzy?"
    phone.texts("hello")
    bodies = phone.texts(many)
    assert sum(map(segments, bodies)) <= 3
    assert bodies[-1].endswith("Reply MORE for the rest.")
    rest = phone.texts("more")
    assert rest[0].split("/")[0] == str(len(bodies) + 1)
    assert sum(map(segments, rest)) <= 3


def test_texts_in_a_row_are_answered_in_their_order(sms_guide: Guide) -> None:
    asked = ["can it cause nausea?", "how long does a session take?", "is it addictive?", "who can have it?"]
    phones = [Phone(sms_guide.server) for _ in range(3)]
    before = set(senders(sms_guide))
    with ThreadPoolExecutor(12) as pool:
        for text in asked:
            for phone in phones:
                pool.submit(phone.texts, text)
                time.sleep(0.05)
    for sender in set(senders(sms_guide)) - before:
        said = [event["text"] for event in sms_guide.events(sender)]
        assert said == asked


# A crisis.


def test_a_crisis_reply_is_first_alone_and_one_segment_and_is_recorded(sms_guide: Guide, phone: Phone) -> None:
    before = len(escalations(sms_guide))
    bodies = phone.texts(CRISIS)
    assert bodies == [reply("active", language="en", channel="sms", country="US")]
    assert segments(bodies[0]) == 1
    assert len(escalations(sms_guide, before + 1)) == before + 1


@pytest.mark.parametrize("text", ["i want it to end", "make it stop", "I WANT IT ALL TO END"])
def test_distress_that_sounds_like_a_keyword_reaches_the_crisis_screen(phone: Phone, text: str) -> None:
    bodies = phone.texts(text)
    assert "988" in bodies[0]
    assert "START" not in bodies[0]
    assert phone.texts(QUESTION)


@pytest.mark.parametrize(("answer", "says"), [("1", "a lot to carry"), ("yes", "988"), ("2", "I'm glad. If it ever")])
def test_the_plain_question_is_answered_by_number(phone: Phone, answer: str, says: str) -> None:
    asked = phone.texts("whats the point of anything")
    assert "thoughts of suicide?" in asked[0]
    assert "1 Yes\n2 No" in asked[-1]
    assert says in phone.texts(answer)[0]


# STOP, HELP, START.


def test_after_stop_there_is_one_confirmation_and_silence_until_start(sms_guide: Guide, phone: Phone) -> None:
    phone.texts("hello")
    known = len(users(sms_guide))
    (confirmed,) = phone.texts("Stop texting me please")
    assert "no more texts" in confirmed
    assert "988" in confirmed
    assert [phone.texts(text) for text in ("STOP", QUESTION, "help", "more", "", "1")] == [[]] * 6
    assert len(users(sms_guide)) == known
    assert "START" not in phone.texts("start")[0]
    assert phone.texts(QUESTION)


LEARNT = "my phone is full of your messages, i would like to be off the list"


def test_an_opt_out_in_ones_own_words_is_a_stop(sms_guide: Guide, phone: Phone) -> None:
    assert opt_out.read(opt_out.PATH).word(LEARNT, opted_out=False) is None
    phone.texts(QUESTION)
    id = sid()
    assert phone.texts(LEARNT, id) == phone.texts(LEARNT, id) == Phone(sms_guide.server).texts("STOP")
    known = len(users(sms_guide))
    assert [phone.texts(text) for text in (LEARNT, QUESTION, "more")] == [[]] * 3
    assert len(users(sms_guide)) == known
    assert "you can text us" in phone.texts("sorry, please start texting me again")[0]
    assert phone.texts(QUESTION)


def test_an_opt_out_in_ones_own_words_may_be_the_first_text(phone: Phone) -> None:
    (confirmed,) = phone.texts(LEARNT)
    assert "no more texts" in confirmed
    assert phone.texts(QUESTION) == []


@pytest.mark.parametrize(
    "text", [f"{LEARNT}. i want to kill myself", "quit texting me, everyone would be better off without me"]
)
def test_a_crisis_with_an_opt_out_in_ones_own_words_is_a_crisis(phone: Phone, text: str) -> None:
    bodies = phone.texts(text)
    assert "988" in bodies[0]
    assert "no more texts" not in "\n".join(bodies)
    assert phone.texts(QUESTION)


@pytest.mark.parametrize(
    "text", ["cancel my infusion on friday", "take me off the lexapro please", "stop repeating yourself"]
)
def test_other_things_that_are_to_stop_are_answered(phone: Phone, text: str) -> None:
    assert "no more texts" not in "\n".join(phone.texts(text))
    assert phone.texts(QUESTION)


def test_stop_is_for_one_of_our_numbers(phone: Phone) -> None:
    phone.texts("STOP")
    assert Phone(phone.server, phone.number, "+15550108888").texts("hello")


def test_yes_brings_back_only_who_has_left(phone: Phone) -> None:
    assert "you can text us" not in "\n".join(phone.texts("yes"))
    phone.texts("STOP")
    assert "you can text us" in phone.texts("YES")[0]


def test_a_crisis_after_stop_alerts_staff_and_sends_nothing(sms_guide: Guide, phone: Phone) -> None:
    phone.texts("STOP")
    before = len(escalations(sms_guide))
    assert phone.texts(CRISIS) == []
    assert phone.texts("everyone would be better off without me") == []
    assert len(escalations(sms_guide, before + 2)) == before + 2
    assert "Staff is alerted instead" in sms_guide.log


def test_a_crisis_that_is_told_with_an_opt_out_is_answered_once(sms_guide: Guide, phone: Phone) -> None:
    before = len(escalations(sms_guide))
    # The opt-out is a sentence of its own kind, so that nothing of it is a crisis by itself.
    bodies = phone.texts("stop texting me")
    assert len(bodies) == 1
    assert phone.texts("stop texting me i want to kill myself") == []
    assert len(escalations(sms_guide, before + 1)) == before + 1


def test_help_says_who_and_where_help_is(phone: Phone) -> None:
    (text,) = phone.texts("HELP")
    for part in ("Riverside Clinic (555-0100)", "988", "911", "STOP"):
        assert part in text
    assert segments(text) == 1


@pytest.mark.parametrize("kind", ["HELP", "STOP", "START"])
def test_what_the_gateway_has_answered_is_not_answered_again(phone: Phone, kind: str) -> None:
    assert phone.texts(kind, OptOutType=kind) == []


def test_what_the_gateway_has_done_is_noted(phone: Phone) -> None:
    phone.texts("ALTO AHORA", OptOutType="STOP")
    assert phone.texts(QUESTION) == []
    phone.texts("VUELVO", OptOutType="START")
    assert phone.texts(QUESTION)


def test_the_opt_out_list_survives_the_process_and_a_new_key(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("restart")
    with private_bot(folder, **SETTINGS, **MANY, KETAMINE_GUIDE_SECRET="the first key") as bot:
        phone = Phone(bot.url)
        assert len(phone.texts("STOP")) == 1
    keys = {"KETAMINE_GUIDE_SECRET": "the second key", "KETAMINE_GUIDE_EARLIER_SECRETS": "older, the first key"}
    with private_bot(folder, **SETTINGS, **MANY, **keys) as bot:
        again = Phone(bot.url, phone.number)
        assert again.texts(QUESTION) == []
        assert len(again.texts("START")) == 1
        assert again.texts(QUESTION)


# The same text again.


def test_fifty_deliveries_at_once_are_one_turn_and_one_reply(sms_guide: Guide, phone: Phone) -> None:
    id, fields = sid(), len(users(sms_guide))
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: phone.texts(QUESTION, id), range(50)))
    assert answers == [answers[0]] * 50
    assert len(users(sms_guide)) == fields + 1


def test_a_stop_that_is_delivered_again_gets_its_confirmation_again(phone: Phone) -> None:
    id = sid()
    assert phone.texts("STOP", id) == phone.texts("STOP", id) != []


# Odd texts.


@pytest.mark.parametrize("body", ["", "   ", "\u200b"])
def test_a_text_without_words_is_answered_politely(phone: Phone, body: str) -> None:
    (text,) = phone.texts(body)
    assert "no words" in text
    assert "988" in text


def test_a_picture_is_not_fetched_and_answered_politely(sms_guide: Guide, phone: Phone) -> None:
    (text,) = phone.texts("", NumMedia="1", MediaUrl0="http://127.0.0.1:9/picture", MediaContentType0="image/jpeg")
    assert "can't see pictures" in text
    both = phone.texts(QUESTION, NumMedia="1", MediaUrl0="http://127.0.0.1:9/picture")
    assert "can't see pictures" in both[0]
    assert "nausea" in "\n".join(both[1:])
    assert phone.texts(CRISIS, NumMedia="1")[0].startswith("I'm glad you told me")
    assert "127.0.0.1:9" not in sms_guide.log


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("👍", id="emoji"),
        pytest.param("日本語" * 100, id="another alphabet"),
        pytest.param("é" * 1600, id="as long as may be"),
        pytest.param("\x00\x01\x1b", id="control characters"),
        pytest.param("a\u0301" * 500, id="combining"),
        pytest.param("<b>{clinic}</b> %s ${x}", id="markup"),
        pytest.param("' OR 1=1 --", id="SQL"),
        pytest.param("x " * 3000, id="too long"),
    ],
)
def test_any_text_is_answered(phone: Phone, body: str) -> None:
    assert phone.texts(body)


def test_half_a_character_is_answered(phone: Phone) -> None:
    fields = phone.fields("hello")
    # An honest library can't sign it; so it is refused, and not an error.
    body = urlencode(fields).replace("Body=hello", "Body=%ED%A0%BD")
    assert post(phone.server, body, signature({**fields, "Body": "\ufffd\ufffd\ufffd"})).status_code == 200


def test_a_crisis_is_answered_however_long_it_is(phone: Phone) -> None:
    assert "988" in phone.texts("so " * 1000 + CRISIS)[0]


@pytest.mark.parametrize("number", ["72345", "CLINIC", "+15550109999", "988"])
def test_services_and_ourselves_get_no_reply(sms_guide: Guide, number: str) -> None:
    known = len(users(sms_guide))
    assert Phone(sms_guide.server, number).texts("hello") == []
    assert len(users(sms_guide)) == known


# Too many, and loops.


def test_the_cap_stops_questions_and_no_crisis(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("cap")
    with private_bot(folder, **SETTINGS, KETAMINE_GUIDE_SMS_MESSAGES_PER_MINUTE="3") as bot:
        phone = Phone(bot.url)
        assert Phone(bot.url).texts(QUESTION)
        answers = [
            phone.texts(f"can it cause {what}?") for what in ("nausea", "pain", "a cough", "hunger", "a rash", "gas")
        ]
        assert all(answers[:3])
        assert "a lot at once" in answers[3][0]
        assert answers[4:] == [[], []]
        assert "988" in phone.texts(CRISIS)[0]
        assert Phone(bot.url).texts(QUESTION)
        assert "no more texts" in phone.texts("STOP")[0]


def test_a_machine_that_answers_every_text_is_answered_twice(phone: Phone) -> None:
    notice = "Thank you for your message. The office is closed, please call in {} hours."
    answers = [phone.texts(notice.format(number)) for number in range(6)]
    assert all(answers[:2])
    assert answers[2:] == [[]] * 4
    assert all(phone.texts("i am going to kill myself tonight") for _ in range(4))


# Who may speak.


@pytest.mark.parametrize("path", [PATH, STATUS])
def test_without_a_right_signature_nothing_happens(sms_guide: Guide, phone: Phone, path: str) -> None:
    known = len(users(sms_guide))
    fields = phone.fields("hello", MessageStatus="sent")
    right = signature(fields, path)
    dropped = {name: value for name, value in fields.items() if value}
    for sent, signed in (
        (fields, None),
        (fields, ""),
        (fields, right[:-2] + "x="),
        ({**fields, "Body": "hellp"}, right),
        ({**fields, "From": "+15550107777"}, right),
        (dropped, right),
        (fields, signature(fields, path, url="http://guide.clinic.example")),
        (fields, signature(fields, path, url=sms_guide.server)),
        (fields, signature(fields, path, token="another")),
    ):
        assert post(sms_guide.server, sent, signed, path).status_code == 403
    assert len(users(sms_guide)) == known


def test_headers_do_not_choose_the_address_that_was_signed(sms_guide: Guide, phone: Phone) -> None:
    fields = phone.fields("hello")
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Host": "evil.example"}
    signed = signature(fields, url="https://evil.example")
    assert post(sms_guide.server, fields, signed, **forged).status_code == 403


def test_other_bodies_are_refused(sms_guide: Guide, phone: Phone) -> None:
    fields = phone.fields("hello")
    signed = signature(fields)
    assert post(sms_guide.server, fields, signed, **{"Content-Type": "application/json"}).status_code == 415
    assert post(sms_guide.server, "x" * 100_000, signed).status_code == 413
    nobody = {name: value for name, value in fields.items() if name not in {"From", "MessageSid"}}
    assert post(sms_guide.server, nobody, signature(nobody)).status_code == 400


def test_a_gateway_that_is_not_set_up_has_no_door(tmp_path_factory: pytest.TempPathFactory) -> None:
    with private_bot(tmp_path_factory.mktemp("off")) as bot:
        fields = Phone(bot.url).fields("hello")
        for path in (PATH, STATUS, "/webhooks/sms/kannel"):
            assert post(bot.url, fields, signature(fields, path, token=""), path).status_code == 404


@pytest.mark.parametrize("missing", ["sms_public_url", "twilio_account_sid", "twilio_auth_token"])
def test_half_of_twilios_settings_are_refused(missing: str) -> None:
    whole = {"sms_public_url": "https://a.example", "twilio_account_sid": "AC1", "twilio_auth_token": "x"}
    Settings(**whole)
    if missing != "sms_public_url":
        whole["sms_public_url"] = "https://a.example"
    del whole[missing]
    with pytest.raises(ValueError, match="needed together"):
        Settings(**whole)


@pytest.mark.parametrize("url", ["http://a.example", "a.example", "https://a.example?x=1", "https://user@a.example"])
def test_an_address_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        Settings(sms_public_url=url)


# What became of texts.


def test_reports_in_any_order_end_in_the_final_one(sms_guide: Guide, phone: Phone) -> None:
    id = sid()
    for status in ("sent", "undelivered", "queued", "sent"):
        fields = {"MessageSid": id, "MessageStatus": status, "To": phone.number, "From": phone.line}
        fields |= {"ErrorCode": "30003"} if status == "undelivered" else {}
        assert post(sms_guide.server, fields, signature(fields, STATUS), STATUS).status_code == 204
    assert sms_guide.rows(f"SELECT status FROM sms_deliveries WHERE message_id = '{id}'") == [("undelivered",)]  # noqa: S608


def test_a_crisis_reply_that_did_not_arrive_is_told_and_a_blocked_phone_is_noted(
    sms_guide: Guide, phone: Phone
) -> None:
    path = f"{STATUS}?crisis=1"
    assert "crisis=1" in phone.send(CRISIS).text
    fields = {
        "MessageSid": sid(),
        "MessageStatus": "failed",
        "ErrorCode": "21610",
        "To": phone.number,
        "From": phone.line,
    }
    assert post(sms_guide.server, fields, signature(fields, STATUS), path).status_code == 403
    assert post(sms_guide.server, fields, signature(fields, path), path).status_code == 204
    assert "A crisis reply was not delivered (failed, error 21610)" in sms_guide.log
    assert phone.texts(QUESTION) == []


def test_an_empty_twiml_is_what_silence_is(phone: Phone) -> None:
    phone.texts("STOP")
    response = phone.send("hello")
    assert texts_of(response) == []
    assert response.headers["Content-Type"].startswith("text/xml")
