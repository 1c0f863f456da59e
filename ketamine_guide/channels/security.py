"""The headers that the web channel's answers carry. Pure."""

from __future__ import annotations

# For every answer. What we serve is no page to be framed, and nothing in it is to be guessed or kept.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# For the demo's pages: our own files alone, and no text can become markup.
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",
}
# Clinics' pages load the script from here, and ask each time whether it is still the newest.
SCRIPT_HEADERS = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "no-cache"}


def cors_headers(origin: str | None, *, preflight: bool) -> dict[str, str]:
    """The headers that let a page of an allowed origin read an answer.

    Args:
        origin: the request's `Origin`, when it is allowed; None when there was none or it is not.
        preflight: whether the browser asks for permission first.
    """
    headers = {"Vary": "Origin"}
    if origin is None:
        return headers
    headers |= {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After"}
    if preflight:
        headers |= {
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Max-Age": "600",
        }
    return headers
