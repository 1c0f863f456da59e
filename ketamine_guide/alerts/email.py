"""Alerts by e-mail, through the clinic's mail server."""

from __future__ import annotations

import logging
import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass
from email.utils import localtime

from ketamine_guide.alerts.message import email
from ketamine_guide.store.outbox import Alert

logger = logging.getLogger(__name__)
_SECONDS = 5


@dataclass(frozen=True)
class Mailbox:
    """The mail server, and between whom.

    Attributes:
        host, port: where the server is.
        sender: the address that alerts come from.
        recipients: the addresses that they go to.
        user, password: the login; none when `user` is empty.
        starttls: whether the connection must be encrypted, with a certificate that this machine trusts.
    """

    host: str
    port: int
    sender: str
    recipients: list[str]
    user: str
    password: str
    starttls: bool

    def deliver(self, alert: Alert) -> None:
        """Hands an alert to the mail server.

        Raises:
            smtplib.SMTPException: the server refuses the login, the sender, or every recipient.
            OSError: it cannot be reached, or a step takes longer than 5 seconds.
        """
        mail = email(alert, self.sender, self.recipients)
        mail["Date"] = localtime()
        with closing(smtplib.SMTP(self.host, self.port, timeout=_SECONDS)) as server:
            if self.starttls:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            refused = server.send_message(mail)
            # From here on the server has the mail: a failure would only send it again.
            with suppress(OSError):
                server.quit()
        if refused:
            # Sent again, it would reach the others twice.
            logger.warning("Alert of escalation %d: %d recipient(s) refused", alert.number, len(refused))
