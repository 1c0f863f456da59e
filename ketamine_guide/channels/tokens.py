"""The web channel's session tokens: signed, expiring, and holding nothing but a random number.

The client cannot choose who it is: a conversation belongs to whoever holds the token that the server made for it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

import jwt

LIFETIME = 24 * 60 * 60
_ALGORITHM = "HS256"
_SESSION = re.compile(r"[A-Za-z0-9_-]{22}")


class TokenError(ValueError):
    """It is no token of ours, or no longer."""


def signing_key(secret: bytes) -> bytes:
    """The key for tokens, derived so that it serves nothing else that the secret serves."""
    return hmac.new(secret, b"ketamine-guide web session token", hashlib.sha256).digest()


def issue(key: bytes, now: float) -> tuple[str, int]:
    """A token of a new session, and when it expires, in seconds since 1970."""
    expires_at = int(now) + LIFETIME
    claims = {"sub": secrets.token_urlsafe(16), "exp": expires_at}
    return jwt.encode(claims, key, algorithm=_ALGORITHM), expires_at


def session(token: str, key: bytes) -> str:
    """The session that a token is for: 22 random letters and digits.

    Raises:
        TokenError: it was not signed with this key and algorithm, was altered, or has expired.
    """
    try:
        # The list of algorithms is ours: a token's own header never chooses ("none" would need no key).
        claims = jwt.decode(token, key, algorithms=[_ALGORITHM], options={"require": ["sub", "exp"]})
    except (jwt.PyJWTError, ValueError) as error:
        raise TokenError(type(error).__name__) from error
    if not _SESSION.fullmatch(claims["sub"]):
        raise TokenError("the session has another form")
    return str(claims["sub"])
