"""Every setting of the project: `KETAMINE_GUIDE_<NAME>` in the environment, with a default that works as it is."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from pydantic import BaseSettings, Field, SecretStr, root_validator, validator

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings, env_prefix="KETAMINE_GUIDE_", allow_mutation=False):
    """The settings, read from the environment once.

    Raises:
        pydantic.ValidationError: a value has the wrong form; the message names the setting.
    """

    clinic_name: str = Field("your clinic", description="The clinic's name, as replies say it.")
    clinic_phone: str = Field("", description="The clinic's phone number, as replies show it. Left out when empty.")
    country: str = Field("US", description="Whose crisis lines replies name: a country's two letters.")
    database_url: str = Field(
        f"sqlite:///{ROOT / 'var' / 'guide.db'}", description="Where escalations are kept: an SQLAlchemy URL."
    )
    secret: SecretStr = Field(
        SecretStr(""),
        description="The key that turns senders into hashes. Made at first use and kept in `var/secret` when empty.",
    )
    conversations_url: str = Field(
        f"sqlite:///{ROOT / 'var' / 'conversations.db'}",
        description="Where Rasa keeps its conversations, an SQLAlchemy URL: crises without a record are found there.",
    )
    keep_crisis_text: bool = Field(False, description="Whether an escalation also keeps what the person wrote.")
    keep_questions_days: int = Field(
        90, ge=0, le=3650, description="For how many days unanswered questions are kept, redacted. 0 keeps none."
    )
    keep_conversations_days: int = Field(
        90, ge=1, le=3650, description="For how many days conversations are kept after their last event."
    )
    alert_webhook_url: str = Field("", description="Where alerts are posted. None is posted when empty.")
    alert_webhook_secret: SecretStr = Field(
        SecretStr(""), description="The key that signs posted alerts. Required with a webhook."
    )
    alert_email_to: str = Field("", description="Who gets alerts by e-mail: addresses, separated by commas.")
    alert_email_from: str = Field("", description="The sender of the e-mails. Required with a mail server.")
    smtp_host: str = Field("", description="The mail server for alerts. No e-mail is sent when empty.")
    smtp_port: int = Field(25, ge=1, le=65535, description="The port of the mail server.")
    smtp_user: str = Field("", description="Whom to log in as at the mail server. No login when empty.")
    smtp_password: SecretStr = Field(SecretStr(""), description="The password for the mail server.")
    smtp_starttls: bool = Field(False, description="Whether the mail server is only spoken to encrypted (STARTTLS).")
    clinic_hours: str = Field("", description="When the clinic can be reached, as the widget shows it.")
    web_origins: str = Field(
        "",
        description="The sites that may use the web channel, beside the server's own: `https://clinic.example`, …, "
        "separated by commas.",
    )
    web_messages_per_minute: int = Field(20, ge=1, description="How many messages a browser tab may send.")
    web_address_messages_per_minute: int = Field(
        200, ge=1, description="How many messages may come from one network address: a clinic's patients may share one."
    )
    sms_public_url: str = Field(
        "", description="Where the SMS gateway reaches us, `https://` and a name. It is part of signatures."
    )
    sms_messages_per_minute: int = Field(10, ge=1, description="How many texts a phone may send.")
    twilio_account_sid: str = Field("", description="The account at Twilio. Off when empty.")
    twilio_auth_token: SecretStr = Field(SecretStr(""), description="Its primary token: it signs texts.")
    kannel_password: SecretStr = Field(
        SecretStr(""), description="The password that Kannel sends with a text. Off when empty."
    )
    kannel_addresses: str = Field(
        "127.0.0.1,::1", description="The network addresses that Kannel may call from, separated by commas."
    )
    earlier_secrets: SecretStr = Field(
        SecretStr(""),
        description="Former values of the secret, separated by commas: who opted out under them stays so.",
    )
    port: int = Field(5005, ge=1, le=65535, description="The port of Rasa, on 127.0.0.1.")
    actions_port: int = Field(5055, ge=1, le=65535, description="The port of the action server, on 127.0.0.1.")

    @validator("web_origins")
    def _sites(cls, value: str) -> str:
        sites = [site.strip().rstrip("/").lower() for site in value.split(",") if site.strip()]
        if wrong := [site for site in sites if not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]+)?", site)]:
            raise ValueError(f"{', '.join(wrong)}: a site is https:// and a name, without a path or a star")
        return ",".join(sites)

    @validator("sms_public_url")
    def _public_url(cls, value: str) -> str:
        url = value.strip().rstrip("/")
        if url and not re.fullmatch(r"https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._/-]*)?", url):
            raise ValueError("it is https:// and a name, maybe with a path, and no more")
        return url

    @root_validator
    def _twilio_is_whole(cls, values: dict[str, Any]) -> dict[str, Any]:
        token = values["twilio_auth_token"].get_secret_value() if "twilio_auth_token" in values else ""
        given = [bool(values.get("twilio_account_sid")), bool(token)]
        # Half of it would run without checking signatures, or refuse every patient's text.
        if any(given) and not all([*given, values.get("sms_public_url")]):
            raise ValueError("twilio_account_sid, twilio_auth_token and sms_public_url are needed together")
        return values

    @property
    def clinic_contact(self) -> str:
        """The clinic as somebody to ask: its name, with the phone number when there is one."""
        return f"{self.clinic_name} ({self.clinic_phone})" if self.clinic_phone else self.clinic_name

    def secret_key(self, keep_in: Path = ROOT / "var" / "secret") -> bytes:
        """The key for keyed hashes: the setting, else the kept one, else a new one that is kept from then on."""
        if self.secret.get_secret_value():
            return self.secret.get_secret_value().encode()
        if not keep_in.exists():
            # Written whole under another name, readable by its owner alone, and linked only if nobody was faster.
            descriptor, written = mkstemp(dir=keep_in.parent)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_hex(32).encode())
            with suppress(FileExistsError):
                os.link(written, keep_in)
            os.unlink(written)
        return keep_in.read_bytes()


@lru_cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings.parse_obj({})
