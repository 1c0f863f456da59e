"""Tokens are ours, whole, and not too old, or they are nothing."""

from __future__ import annotations

import base64
import json
import time

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketamine_guide.channels import tokens
from ketamine_guide.channels.tokens import LIFETIME, TokenError

KEY = tokens.signing_key(b"a secret")
SESSION = "A" * 22


def _encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_a_token_opens_its_session_and_no_other() -> None:
    first, expires_at = tokens.issue(KEY, time.time())
    second, _ = tokens.issue(KEY, time.time())
    assert tokens.session(first, KEY) == tokens.session(first, KEY) != tokens.session(second, KEY)
    assert abs(expires_at - time.time() - LIFETIME) < 5


def test_the_key_is_none_of_the_secrets_other_uses() -> None:
    token = jwt.encode({"sub": SESSION, "exp": time.time() + 60}, b"a secret", algorithm="HS256")
    with pytest.raises(TokenError):
        tokens.session(token, KEY)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="nothing"),
        pytest.param("a.b.c", id="no token"),
        pytest.param("é" * 100, id="other letters"),
        pytest.param(tokens.issue(tokens.signing_key(b"another"), time.time())[0], id="another key"),
        pytest.param(tokens.issue(KEY, time.time() - LIFETIME - 1)[0], id="expired"),
        pytest.param(jwt.encode({"sub": SESSION}, KEY, algorithm="HS256"), id="without an end"),
        pytest.param(jwt.encode({"exp": time.time() + 60}, KEY, algorithm="HS256"), id="without a session"),
        pytest.param(jwt.encode({"sub": "web-1", "exp": time.time() + 60}, KEY, algorithm="HS256"), id="other form"),
        pytest.param(jwt.encode({"sub": SESSION, "exp": time.time() + 60}, KEY, algorithm="HS512"), id="HS512"),
        pytest.param(jwt.encode({"sub": SESSION, "exp": time.time() + 60}, None, algorithm="none"), id="none"),
        pytest.param(f"{_encoded({'alg': 'none'})}.{_encoded({'sub': SESSION, 'exp': 9e9})}.", id="none, by hand"),
        pytest.param(f"{_encoded({'alg': 'nOnE'})}.{_encoded({'sub': SESSION, 'exp': 9e9})}.", id="nOnE"),
    ],
)
def test_what_is_not_ours_is_refused(token: str) -> None:
    with pytest.raises(TokenError):
        tokens.session(token, KEY)


@given(st.data())
def test_no_altered_letter_passes(data: st.DataObject) -> None:
    token, _ = tokens.issue(KEY, time.time())
    # The last letter of a signature has bits that mean nothing.
    place = data.draw(st.integers(0, len(token) - 2))
    letter = data.draw(st.sampled_from("ABCxyz019-_.").filter(lambda one: one != token[place]))
    with pytest.raises(TokenError):
        tokens.session(token[:place] + letter + token[place + 1 :], KEY)


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    with pytest.raises(TokenError):
        tokens.session(text, KEY)
