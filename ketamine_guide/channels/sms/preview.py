"""Shows staff what a phone would get: the terminal plays Twilio, and signs what it sends as Twilio would."""

from __future__ import annotations

import secrets
from xml.etree import ElementTree

import requests
from twilio.request_validator import RequestValidator

from ketamine_guide.channels.sms.gsm import segments

_PUBLIC_URL = "https://preview.example"
_PATH = "/webhooks/sms/twilio"
_LINE = "+15550100000"
_TOKEN = "KETAMINE_GUIDE_TWILIO_AUTH_TOKEN"  # noqa: S105 (the setting's name)


def own_settings() -> dict[str, str]:
    """The settings of a guide that is texted from here alone."""
    return {
        "KETAMINE_GUIDE_TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        _TOKEN: secrets.token_hex(16),
        "KETAMINE_GUIDE_SMS_PUBLIC_URL": _PUBLIC_URL,
    }


def text(server: str, token: str, number: str, body: str) -> list[str]:
    """Texts the guide, and returns the texts that come back.

    Raises:
        requests.RequestException: it does not answer.
    """
    fields = {"MessageSid": "SM" + secrets.token_hex(16), "From": number, "To": _LINE, "Body": body, "NumMedia": "0"}
    signature = RequestValidator(token).compute_signature(_PUBLIC_URL + _PATH, fields)
    response = requests.post(server + _PATH, fields, headers={"X-Twilio-Signature": signature}, timeout=30)
    response.raise_for_status()
    # Our own answer, and no stranger's XML.
    return [str(message.text) for message in ElementTree.fromstring(response.text)]  # noqa: S314


def shown(bodies: list[str]) -> str:
    """Texts as the terminal shows them, each below its length."""
    if not bodies:
        return "  (nothing is sent)"
    count = len(bodies)
    return "\n".join(
        f"  [text {number} of {count}: {len(body)} characters, segments: {segments(body)}]\n"
        + "\n".join(f"  {line}" for line in body.splitlines())
        for number, body in enumerate(bodies, 1)
    )


def converse(server: str, settings: dict[str, str]) -> None:
    """Texts what is typed, until the end of the input."""
    number = f"+1555{secrets.randbelow(10**7):07}"
    print("Type a text and press Enter. Ctrl-D ends it.")
    while True:
        try:
            body = input("Your text -> ")
        except EOFError:
            return
        print(shown(text(server, settings[_TOKEN], number, body)))
