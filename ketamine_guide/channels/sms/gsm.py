"""The GSM-7 alphabet of text messages, and how many segments a text takes. Pure.

One letter outside the alphabet would halve what fits into a message, and some gateways send a "?" for it.
"""

from __future__ import annotations

import unicodedata

import smsutil

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛`´′ʼ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("•·●▪◦", "-"),
        "…": "...",
        "⁄": "/",
        "×": "x",
        "™": "",
        "©": "(c)",
        "®": "",
        "\t": " ",
        "\f": "\n",
        "ç": "c",  # GSM-7 has the capital alone
    }
)


def gsm(text: str) -> str:
    """The text in GSM-7: signs by their plain forms, letters it lacks without accents, and the rest left out."""
    return "".join(_letter(letter) for letter in unicodedata.normalize("NFC", text).translate(_SIGNS))


def _letter(letter: str) -> str:
    if smsutil.is_valid_gsm(letter) and letter != "\f":
        return letter
    plain = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in plain if smsutil.is_valid_gsm(part))


def segments(text: str) -> int:
    """How many segments a GSM-7 text takes."""
    return len(smsutil.split(text).parts)
