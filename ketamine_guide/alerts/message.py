"""What an alert says: the escalation's number, kind, time and channel, and how to see it. It knows nothing else."""

from __future__ import annotations

import json
from datetime import UTC
from email.message import EmailMessage
from email.utils import parseaddr

from ketamine_guide.store.outbox import Alert

LIST_COMMAND = "python -m ketamine_guide.escalations list"
_EMAIL = """\
Escalation {number}

Kind:     {kind}
Time:     {time:%Y-%m-%d %H:%M} UTC
Channel:  {channel}

See what is open:   {list_command}
Take this one on:   python -m ketamine_guide.escalations acknowledge {number} --by NAME

Sent automatically. An alert never says who wrote or what.
"""


def webhook_body(alert: Alert) -> bytes:
    """The JSON object that is posted, in UTF-8: id, kind, time (ISO 8601, UTC), channel, list (a command)."""
    body = {
        "id": alert.number,
        "kind": alert.kind,
        "time": alert.at.astimezone(UTC).isoformat(timespec="seconds"),
        "channel": alert.channel,
        "list": LIST_COMMAND,
    }
    return json.dumps(body).encode()


def email(alert: Alert, sender: str, recipients: list[str]) -> EmailMessage:
    """The e-mail. Sent again, it has the same Message-ID, so that mail programs show it once.

    Raises:
        ValueError: an address cannot stand in a header.
    """
    mail = EmailMessage()
    mail["Subject"] = f"Escalation {alert.number}: {alert.kind}"
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Message-ID"] = f"<escalation-{alert.number}@{parseaddr(sender)[1].partition('@')[2] or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(
        _EMAIL.format(
            number=alert.number,
            kind=alert.kind,
            time=alert.at.astimezone(UTC),
            channel=alert.channel,
            list_command=LIST_COMMAND,
        )
    )
    return mail
