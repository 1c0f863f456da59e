"""An alert reaches the mail server, encrypted and logged in where the settings say so."""

from __future__ import annotations

import smtplib
import ssl
import subprocess
import time
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from ketamine_guide.alerts.email import Mailbox
from ketamine_guide.store.outbox import Alert

from .conftest import MailServer


def _mailbox(port: int) -> Mailbox:
    recipients = ["a@clinic.example", "b@clinic.example"]
    return Mailbox("127.0.0.1", port, "Guide <guide@clinic.example>", recipients, "", "", starttls=False)


def test_it_reaches_every_recipient(mail_server: MailServer, alert: Alert) -> None:
    _mailbox(mail_server.port).deliver(alert)
    (mail,) = mail_server.mails
    assert mail.mail_from == "guide@clinic.example"
    assert mail.rcpt_tos == ["a@clinic.example", "b@clinic.example"]
    read = message_from_bytes(bytes(mail.content or b""))
    assert read["Subject"] == "Escalation 7: imminent"
    assert read["Date"]


def test_one_refused_recipient_does_not_keep_it_from_the_other(
    mail_server: MailServer, alert: Alert, caplog: pytest.LogCaptureFixture
) -> None:
    mail_server.refused = {"a@clinic.example"}
    _mailbox(mail_server.port).deliver(alert)
    assert [mail.rcpt_tos for mail in mail_server.mails] == [["b@clinic.example"]]
    assert "Alert of escalation 7: 1 recipient(s) refused" in caplog.text
    assert "clinic.example" not in caplog.text


def test_it_fails_when_every_recipient_is_refused(mail_server: MailServer, alert: Alert) -> None:
    mail_server.refused = {"a@clinic.example", "b@clinic.example"}
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        _mailbox(mail_server.port).deliver(alert)


def test_a_server_that_accepts_and_never_answers_is_left_after_five_seconds(silent: int, alert: Alert) -> None:
    started = time.monotonic()
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        _mailbox(silent).deliver(alert)
    assert 4 < time.monotonic() - started < 7


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_login_is_used_where_there_is_one(alert: Alert) -> None:
    def check(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=(data.login, data.password) == (b"guide", b"right"), handled=False)

    server = MailServer(authenticator=check, auth_required=True, auth_require_tls=False).up()
    try:
        mailbox = replace(_mailbox(server.port), user="guide", password="right")
        mailbox.deliver(alert)
        assert server.logins == [True]
        with pytest.raises(smtplib.SMTPAuthenticationError):
            replace(mailbox, password="wrong").deliver(alert)
    finally:
        server.down()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of this machine's own making, with its key in the same file."""
    path = tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", str(path)]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    path.write_text(path.read_text() + (tmp_path / "key.pem").read_text())
    return path


def test_with_starttls_it_goes_encrypted_to_a_server_that_is_trusted_and_to_no_other(
    certificate: Path, alert: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = MailServer(tls_context=context).up()
    try:
        mailbox = replace(_mailbox(server.port), starttls=True)
        with pytest.raises(ssl.SSLCertVerificationError):
            mailbox.deliver(alert)
        assert server.mails == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        mailbox.deliver(alert)
        assert server.encrypted == [True]
    finally:
        server.down()


def test_with_starttls_it_does_not_go_to_a_server_without(mail_server: MailServer, alert: Alert) -> None:
    with pytest.raises(smtplib.SMTPNotSupportedError):
        replace(_mailbox(mail_server.port), starttls=True).deliver(alert)
    assert mail_server.mails == []
