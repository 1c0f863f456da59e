"""The web channel from outside, with a real Rasa behind it: its contract, and everything that attacks it."""

from __future__ import annotations

import http.client
import json
import secrets
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
import requests

from ketamine_guide.channels import static_files, tokens
from ketamine_guide.content.library import Library

from .conftest import SECRET, SITE, Guide, Tab, kinds, names_help

KEY = tokens.signing_key(SECRET.encode())
JSON = {"Content-Type": "application/json"}


def _claims(**changed: Any) -> dict[str, Any]:
    return {"sub": secrets.token_urlsafe(16), "exp": time.time() + 60} | changed


# The contract.


def test_a_session_has_a_token_for_a_day(guide: Guide) -> None:
    response = requests.post(f"{guide.server}/session", json={}, timeout=10)
    assert response.status_code == 201
    assert len(tokens.session(response.json()["token"], KEY)) == 22
    assert abs(response.json()["expires_at"] - time.time() - 24 * 60 * 60) < 60


def test_a_question_is_answered_with_its_source(tab: Tab, content: Library) -> None:
    id = str(uuid.uuid4())
    response = tab.say("can it cause nausea?", id)
    assert response.status_code == 200
    assert response.json()["id"] == id
    (reply,) = response.json()["replies"]
    assert (reply["kind"], reply["lang"], reply["topic"]) == ("answer", "en", "ask_nausea")
    texts = [part.get("text") for part in reply["parts"]]
    assert content.topics["ask_nausea"].answer in texts
    assert {"type": "source", "sections": list(content.sections(("ask_nausea",)))} in reply["parts"]
    assert any(part["type"] == "disclaimer" for part in reply["parts"])
    assert 2 <= len(reply["choices"]) <= 3
    assert all(choice["choice"] in content.topics for choice in reply["choices"])


def test_a_choice_is_answered(tab: Tab) -> None:
    reply = tab.choose("ask_dizziness").json()["replies"][0]
    assert (reply["kind"], reply["topic"]) == ("answer", "ask_dizziness")


def test_a_crisis_gets_the_lines_and_is_recorded(guide: Guide, tab: Tab) -> None:
    before = len(guide.rows("SELECT id FROM escalations"))
    response = tab.say("i want to kill myself")
    assert response.status_code == 200
    assert kinds(response) == ["crisis"]
    assert names_help(response)
    assert [row[0] for row in guide.rows("SELECT channel FROM escalations")[before:]] == ["web"]


def test_a_crisis_in_spanish_gets_them_in_spanish(tab: Tab) -> None:
    (reply,) = tab.say("quiero morir").json()["replies"]
    assert (reply["kind"], reply["lang"]) == ("crisis", "es")
    assert reply["parts"][0]["links"][0]["label"].startswith("Llame")


def test_the_line_stays_below_what_is_said_after_a_crisis(tab: Tab) -> None:
    tab.say("i want to kill myself")
    later = tab.say("thanks")
    assert kinds(later) == ["reply"]
    assert names_help(later)


def test_yes_to_the_plain_question_is_a_crisis(tab: Tab) -> None:
    assert kinds(tab.choose("check_in_yes")) == ["crisis"]


def test_the_page_around_it_is_told_who_the_clinic_is(guide: Guide, content: Library) -> None:
    info = requests.get(f"{guide.server}/info?lang=en", timeout=10).json()
    assert info["clinic"] == {"name": "Riverside Clinic", "phone": "555-0100", "hours": "Monday to Friday, 9 to 5"}
    assert {"label": "Call 911", "href": "tel:911"} in info["crisis"]["links"]
    assert "988" in info["crisis"]["text"]
    assert all(content.topics[one["choice"]].question == one["title"] for one in info["suggestions"])
    assert set(info["notices"]) == {"automated", "education", "minors", "kept"}
    assert " 45 days " in info["notices"]["kept"]
    assert info["max_length"] == 2000


@pytest.mark.parametrize(
    ("asked", "lang"), [("", "en"), ("?lang=es-MX", "es"), ("?lang=xx", "en"), ("?lang=%00", "en")]
)
def test_the_notices_are_in_the_language_that_was_asked_for(guide: Guide, asked: str, lang: str) -> None:
    assert requests.get(f"{guide.server}/info{asked}", timeout=10).json()["lang"] == lang


@pytest.mark.parametrize("path", ["/health", "/demo/", "/ketamine-guide.js"])
def test_who_only_looks_whether_it_is_there_is_told(guide: Guide, path: str) -> None:
    response = requests.head(f"{guide.server}{path}", timeout=10)
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_it_says_that_it_is_well(guide: Guide, path: str) -> None:
    assert requests.get(f"{guide.server}{path}", timeout=10).status_code == 200


def test_feedback_is_kept_without_who_gave_it(guide: Guide, tab: Tab) -> None:
    response = tab.post("/feedback", {"reply": "1.0", "topic": "ask_nausea", "helpful": True})
    assert (response.status_code, response.content) == (204, b"")
    assert ("ask_nausea", 1) in guide.rows("SELECT topic, helpful FROM feedback")


def test_a_report_is_kept_without_numbers_and_addresses(guide: Guide, tab: Tab) -> None:
    response = tab.post("/reports", {"text": "The button does nothing. Call me: 555-867-5309, or me@home.example"})
    assert (response.status_code, response.json()) == (200, {"replies": []})
    kept = guide.rows("SELECT text FROM problem_reports")[-1][0]
    assert kept.startswith("The button does nothing.")
    assert "5309" not in kept
    assert "@" not in kept


def test_a_report_that_tells_of_a_crisis_is_one(guide: Guide, tab: Tab) -> None:
    before = len(guide.rows("SELECT id FROM escalations"))
    response = tab.post("/reports", {"text": "this thing is useless and i want to kill myself"})
    assert kinds(response) == ["crisis"]
    assert len(guide.rows("SELECT id FROM escalations")) == before + 1
    assert not any("kill" in row[0] for row in guide.rows("SELECT text FROM problem_reports"))


# Who is speaking is not for the client to say.


def test_sender_channel_and_metadata_in_the_body_are_ignored(guide: Guide, tab: Tab) -> None:
    forged = {"sender": "web-victim", "sender_id": "web-victim", "input_channel": "sms", "metadata": {"evil": 1}}
    assert tab.say("hello", **forged).status_code == 200
    assert guide.events("web-victim") == []
    (event,) = guide.events(tab.sender)
    assert event["input_channel"] == "web"
    assert "evil" not in str(event["metadata"])


def test_two_sessions_are_two_conversations(guide: Guide, tab: Tab) -> None:
    other = tab.open()
    tab.say("can it cause nausea?")
    assert other.sender != tab.sender
    assert guide.events(other.sender) == []


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="none"),
        pytest.param("x" * 200, id="no token"),
        pytest.param(tokens.issue(tokens.signing_key(b"another"), time.time())[0], id="another key"),
        pytest.param(tokens.issue(KEY, time.time() - 90_000)[0], id="expired"),
        pytest.param(jwt.encode(_claims(), None, algorithm="none"), id="alg none"),
        pytest.param(jwt.encode(_claims(sub="victim"), KEY, algorithm="HS256"), id="a session of another form"),
        pytest.param(jwt.encode({"sub": "A" * 22}, KEY, algorithm="HS256"), id="without an end"),
    ],
)
@pytest.mark.parametrize("path", ["/messages", "/feedback", "/reports"])
def test_a_forged_token_opens_nothing(guide: Guide, path: str, token: str) -> None:
    body = {"id": str(uuid.uuid4()), "text": "hello", "reply": "1", "topic": "ask_nausea", "helpful": True}
    response = Tab(guide.server, token).post(path, body)
    assert (response.status_code, response.json()["error"]) == (401, "token")
    assert kinds(response) == ["failure"]
    assert names_help(response)


def test_an_altered_payload_opens_nothing(tab: Tab) -> None:
    head, _, signature = tab.token.split(".")
    _, payload, _ = jwt.encode(_claims(), KEY, algorithm="HS256").split(".")
    assert Tab(tab.server, f"{head}.{payload}.{signature}").say("hello").status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Basic {token}", "{token}", "Bearer {token} more"])
def test_a_token_in_another_place_opens_nothing(tab: Tab, header: str) -> None:
    body = {"id": str(uuid.uuid4()), "text": "hello"}
    assert tab.post("/messages", body, Authorization=header.format(token=tab.token)).status_code == 401


# Bodies.


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 15_000, b"{}", b'{"id": 1, "text": "a"}']
)
def test_a_malformed_body_is_told_so(tab: Tab, body: bytes) -> None:
    response = tab.post("/messages", body)
    assert (response.status_code, response.json()["error"]) == (400, "malformed")
    assert names_help(response)


@pytest.mark.parametrize(
    "type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_another_content_type_is_told_so(tab: Tab, type: str) -> None:
    response = tab.post("/messages", {"id": str(uuid.uuid4()), "text": "hello"}, **{"Content-Type": type})
    assert (response.status_code, response.json()["error"]) == (415, "not_json")


@pytest.mark.parametrize(
    "choice", ["restart", "crisis", "/ask_nausea", "ask_no_such_topic", 'ask_nausea{"a":1}', 5, None]
)
def test_a_choice_that_does_not_exist_is_told_so(tab: Tab, choice: Any) -> None:
    assert tab.choose(choice).status_code == 400


def test_a_large_body_is_not_read(tab: Tab) -> None:
    response = tab.post("/messages", b"x" * 100_000)
    assert (response.status_code, response.json()["error"]) == (413, "too_large")
    assert names_help(response)


def _raw(guide: Guide, path: str, headers: dict[str, str], chunks: list[bytes]) -> tuple[int, Any]:
    """A request as no library would send it."""
    connection = http.client.HTTPConnection(urlsplit(guide.server).netloc, timeout=30)
    connection.putrequest("POST", urlsplit(guide.server).path + path)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    for chunk in chunks:
        connection.send(chunk)
    response = connection.getresponse()
    found = response.status, json.loads(response.read())
    connection.close()
    return found


def test_a_large_body_in_pieces_is_not_read_either(guide: Guide, tab: Tab) -> None:
    headers = {**JSON, "Authorization": f"Bearer {tab.token}", "Transfer-Encoding": "chunked"}
    pieces = [b"3e8\r\n" + b"x" * 1000 + b"\r\n"] * 20 + [b"0\r\n\r\n"]
    status, body = _raw(guide, "/messages", headers, pieces)
    assert (status, body["error"]) == (413, "too_large")


def test_a_body_that_only_claims_to_be_huge_is_refused_at_once(guide: Guide, tab: Tab) -> None:
    headers = {**JSON, "Authorization": f"Bearer {tab.token}", "Content-Length": "99999999"}
    status, body = _raw(guide, "/messages", headers, [b"{"])
    assert (status, body["error"]) == (413, "too_large")


# Text is text.


@pytest.mark.parametrize(
    "text", ["/restart", "/session_start", "/check_in_yes", '/check_in_yes{"a": 1}', "/ask_nausea@1"]
)
def test_commands_are_only_words(guide: Guide, tab: Tab, text: str) -> None:
    tab.say("can it cause nausea?")
    response = tab.say(text)
    assert response.status_code == 200
    assert "crisis" not in kinds(response)
    events = guide.events(tab.sender)
    assert len(events) == 2
    assert events[-1]["text"] == text.lstrip("/")
    assert events[-1]["parse_data"]["intent"]["name"] not in {"restart", "session_start", "check_in_yes"}
    assert "a" not in [entity["entity"] for entity in events[-1]["parse_data"]["entities"]]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)> how long is a session?",
        "[a](javascript:alert(1)) **bold**",
        "{clinic_contact} ${KETAMINE_GUIDE_SECRET} %s",
        "nul \x00 and \x1b[31m",
        "\u202eمرحبا\u202c",
    ],
)
def test_markup_is_never_said_back(tab: Tab, text: str) -> None:
    response = tab.say(text)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert "<" not in response.text
    assert "javascript:" not in response.text


def test_half_a_character_does_no_harm(tab: Tab) -> None:
    body = b'{"id": "%s", "text": "\\ud83d can it cause nausea?"}' % str(uuid.uuid4()).encode()
    assert tab.post("/messages", body).status_code == 200


# Length.


@pytest.mark.parametrize(("path", "longest"), [("/messages", 2000), ("/reports", 1000)])
def test_a_long_text_is_told_so(tab: Tab, path: str, longest: int) -> None:
    words = ("how long is a session? " * 200)[:longest]
    assert tab.post(path, {"id": str(uuid.uuid4()), "text": words}).status_code == 200
    response = tab.post(path, {"id": str(uuid.uuid4()), "text": words + "?"})
    assert (response.status_code, response.json()["error"]) == (422, "too_long")
    assert names_help(response)


@pytest.mark.parametrize(
    "words", ["i want to kill myself", "quiero morir", "everybody would be better off without me here"]
)
def test_no_length_stops_a_crisis(guide: Guide, tab: Tab, words: str) -> None:
    response = tab.say("my day was long and the bus was late again. " * 60 + words)
    assert response.status_code == 200
    assert kinds(response)[0] in {"crisis", "check_in"}
    assert len(guide.events(tab.sender)) == 1


# One turn for one message.


def test_the_same_message_gets_the_same_reply_and_one_turn(guide: Guide, tab: Tab) -> None:
    id = str(uuid.uuid4())
    first = tab.say("can it cause nausea?", id)
    assert first.json() == tab.say("can it cause nausea?", id).json() == tab.say("i changed my mind", id.upper()).json()
    assert len(guide.events(tab.sender)) == 1


def test_twenty_at_once_are_one_turn(guide: Guide, tab: Tab) -> None:
    id = str(uuid.uuid4())
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: tab.say("can it cause nausea?", id), range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(guide.events(tab.sender)) == 1


def test_a_crisis_sent_twenty_times_is_one_escalation(guide: Guide, tab: Tab) -> None:
    before, id = len(guide.rows("SELECT id FROM escalations")), str(uuid.uuid4())
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: tab.say("i want to end my life", id), range(20)))
    assert all(kinds(answer) == ["crisis"] for answer in answers)
    assert len(guide.rows("SELECT id FROM escalations")) == before + 1


def test_another_sessions_number_is_no_key_to_its_reply(tab: Tab) -> None:
    id = str(uuid.uuid4())
    tab.say("can it cause nausea?", id)
    assert tab.open().say("can it make me dizzy?", id).json()["replies"][0].get("topic") != "ask_nausea"


def test_what_is_kept_of_a_message_names_no_session(guide: Guide, tab: Tab) -> None:
    id = str(uuid.uuid4())
    tab.say("can it cause nausea?", id)
    ((hashed, reply),) = guide.rows(f"SELECT session_hash, reply FROM claims WHERE message_id = '{id}'")  # noqa: S608
    assert len(hashed) == 64
    assert "ask_nausea" in reply
    assert tab.sender.removeprefix("web-") not in (guide.folder / "guide.db").read_bytes().decode("latin-1")


# Other sites.


def test_a_named_site_may_ask_and_read(tab: Tab) -> None:
    response = tab.post("/messages", {"id": str(uuid.uuid4()), "text": "hello"}, Origin=SITE)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == SITE
    assert "Origin" in response.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_our_own_pages_may_ask(guide: Guide) -> None:
    own = "http://" + urlsplit(guide.server).netloc
    assert requests.post(f"{guide.server}/session", json={}, headers={"Origin": own}, timeout=10).status_code == 201


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://clinic.example", f"{SITE}.evil.example"])
def test_other_sites_may_not(tab: Tab, origin: str) -> None:
    response = tab.post("/messages", {"id": str(uuid.uuid4()), "text": "hello"}, Origin=origin)
    assert (response.status_code, response.json()["error"]) == (403, "origin")
    assert "Access-Control-Allow-Origin" not in response.headers
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    preflight = requests.options(f"{tab.server}/messages", headers=asked, timeout=10)
    assert preflight.status_code == 403
    assert "Access-Control-Allow-Origin" not in preflight.headers


@pytest.mark.parametrize("path", ["/session", "/messages", "/feedback", "/reports", "/info"])
def test_a_named_site_gets_permission_first(guide: Guide, path: str) -> None:
    asked = {"Origin": SITE, "Access-Control-Request-Method": "POST"}
    response = requests.options(f"{guide.server}{path}", headers=asked, timeout=10)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == SITE
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert {"authorization", "content-type"} <= set(
        response.headers["Access-Control-Allow-Headers"].lower().split(", ")
    )


# Headers and files.


@pytest.mark.parametrize("path", ["/info", "/health", "/ketamine-guide.js", "/demo/", "/demo/no-such-page.html"])
def test_every_answer_carries_the_headers(guide: Guide, path: str) -> None:
    headers = requests.get(f"{guide.server}{path}", timeout=10).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_refusals_carry_them_too(guide: Guide) -> None:
    response = Tab(guide.server).say("hello")
    assert response.status_code == 401
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.skipif(not static_files.DEMO.is_dir(), reason="the demo is not there")
def test_the_demo_is_served_under_a_strict_policy(guide: Guide) -> None:
    for page in ("", "crisis-protocol.html"):
        response = requests.get(f"{guide.server}/demo/{page}", timeout=10)
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("text/html")
        policy = response.headers["Content-Security-Policy"]
        assert "require-trusted-types-for 'script'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
    led = requests.get(f"{guide.server}/demo", timeout=10)
    assert led.url == f"{guide.server}/demo/"


@pytest.mark.parametrize(
    "page", ["..%2f..%2fvar%2fsecret", "..%2fpackage.json", "%2e%2e", ".npmrc", "%00", "index.html%00"]
)
def test_no_other_file_is_served(guide: Guide, page: str) -> None:
    status, _ = _get(guide, f"/demo/{page}")
    assert status == 404


def _get(guide: Guide, path: str) -> tuple[int, bytes]:
    """Without a library that tidies the path up."""
    connection = http.client.HTTPConnection(urlsplit(guide.server).netloc, timeout=30)
    connection.request("GET", urlsplit(guide.server).path + path)
    response = connection.getresponse()
    found = response.status, response.read()
    connection.close()
    return found


# The log.


def test_the_log_holds_neither_words_nor_sessions(guide: Guide, tab: Tab) -> None:
    tab.say("zanzibar, i want to kill myself")
    tab.post("/messages", b'{"zanzibar"')
    tab.post("/reports", {"text": "zanzibar"})
    assert "zanzibar" not in guide.log
    assert tab.sender.removeprefix("web-") not in guide.log
    assert tab.token not in guide.log
