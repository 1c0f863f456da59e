"""What every channel of ours reads of a request."""

from __future__ import annotations

from typing import Any

from sanic.request import Request

from ketamine_guide.channels.incoming import RefusalError

# What is left of a body that is too large is read up to here, so that the sender sees our answer.
_MOST_BYTES_TO_SKIP = 1_000_000


def agent_of(request: Request) -> Any:
    """Rasa's agent, None while there is none."""
    return getattr(request.app.ctx, "agent", None)


def address_of(request: Request) -> str:
    """Whose request it is: the address that a trusted proxy names (Sanic's `PROXIES_COUNT`), else the caller's own."""
    return str(request.remote_addr or request.ip)


async def read_body(request: Request, most: int) -> bytes:
    """The body of a streamed request, no more of which is read than allowed.

    Args:
        request: the request.
        most: how many bytes it may have.

    Raises:
        RefusalError: it is too large.
    """
    body, stream = b"", request.stream
    assert stream is not None  # noqa: S101 (Sanic's type allows it; a request that is being handled has one)
    declared = request.headers.get("content-length", "0")
    too_large = not declared.isdigit() or int(declared) > most
    while not too_large and (chunk := await stream.read()):
        body += chunk
        too_large = len(body) > most
    if too_large:
        stream.request_max_size = _MOST_BYTES_TO_SKIP
        raise RefusalError("too_large")
    return body
