"""The worker inside the action server: records what was missed, sends the alerts that are due, deletes old questions.

Several may run at once, in several processes: the database decides who sends what.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Event

from sqlalchemy.engine import Engine

from ketamine_guide.alerts.email import Mailbox
from ketamine_guide.alerts.webhook import NotAcceptedError, Webhook
from ketamine_guide.settings import Settings
from ketamine_guide.store import outbox, unanswered, unrecorded
from ketamine_guide.store.database import migrated
from ketamine_guide.store.recovery import recover

logger = logging.getLogger(__name__)
Deliver = Callable[[outbox.Alert], None]
_SECONDS_BETWEEN = 2.0
_BETWEEN_PURGES = timedelta(hours=1)


class AlertSettingsError(ValueError):
    """A route is half set; the message names the setting that is missing."""


def ways(chosen: Settings) -> dict[str, Deliver]:
    """How to deliver on each route that is on.

    Raises:
        AlertSettingsError: a route lacks a setting. Better no start than alerts that reach nobody.
    """
    secret, recipients = chosen.alert_webhook_secret.get_secret_value(), _addresses(chosen.alert_email_to)
    sender, host, url = chosen.alert_email_from, chosen.smtp_host, chosen.alert_webhook_url
    for is_set, needs, has, name in (
        (url, "ALERT_WEBHOOK_URL", secret, "ALERT_WEBHOOK_SECRET"),
        (host, "SMTP_HOST", recipients, "ALERT_EMAIL_TO"),
        (host, "SMTP_HOST", sender, "ALERT_EMAIL_FROM"),
        (recipients, "ALERT_EMAIL_TO", host, "SMTP_HOST"),
    ):
        if is_set and not has:
            raise AlertSettingsError(f"KETAMINE_GUIDE_{name} is missing: KETAMINE_GUIDE_{needs} needs it.")
    known: dict[str, Deliver] = {
        "webhook": Webhook(url, secret.encode()).deliver,
        "email": Mailbox(
            host=host,
            port=chosen.smtp_port,
            sender=sender,
            recipients=recipients,
            user=chosen.smtp_user,
            password=chosen.smtp_password.get_secret_value(),
            starttls=chosen.smtp_starttls,
        ).deliver,
    }
    return {route: known[route] for route in outbox.routes(chosen)}


def _addresses(listed: str) -> list[str]:
    return [address.strip() for address in listed.split(",") if address.strip()]


def run_forever(chosen: Settings, deliver: Mapping[str, Deliver], stop: Event) -> None:
    """Makes a pass every 2 seconds until `stop` is set. No error ends it; the log has the error's class, once."""
    before, due = "", datetime.now(UTC)
    while not stop.is_set():
        error_class = ""
        try:
            try:
                one_pass(chosen, deliver, stop)
            finally:
                due = purge(chosen, due)
        except Exception as error:
            error_class = type(error).__name__
        if error_class != before:
            if error_class:
                logger.error("The alert worker fails and goes on trying: %s", error_class)
            else:
                logger.warning("The alert worker works again")
        before = error_class
        stop.wait(_SECONDS_BETWEEN)


def one_pass(chosen: Settings, deliver: Mapping[str, Deliver], stop: Event) -> None:
    """Records the turns that were missed, then delivers everything due, also when the first fails.

    Raises:
        Exception: what the databases raised. A failed delivery is no error: it is noted, and tried again later.
    """
    database = migrated(chosen.database_url)
    try:
        for number in unrecorded.record_all(database, chosen):
            logger.warning("Escalation %d recorded late: the database had refused it", number)
        for number in recover(database, chosen.conversations_url, chosen, datetime.now(UTC)):
            logger.warning("Escalation %d recorded late: its turn had no record", number)
    finally:
        deliver_due(database, deliver, stop)


def purge(chosen: Settings, due: datetime) -> datetime:
    """Deletes the kept questions that are too old, when that is due. Returns when it is due next.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    now = datetime.now(UTC)
    if now < due:
        return due
    unanswered.purge(migrated(chosen.database_url), now, chosen.keep_questions_days)
    return now + _BETWEEN_PURGES


def deliver_due(database: Engine, deliver: Mapping[str, Deliver], stop: Event) -> None:
    """Delivers the alerts that are due. A route that fails rests until the next pass, so that it delays no other."""
    working = dict(deliver)
    while working and not stop.is_set():
        alert = outbox.claim(database, working, datetime.now(UTC))
        if alert is None:
            return
        if not _deliver(database, alert, working[alert.route]):
            del working[alert.route]


def _deliver(database: Engine, alert: outbox.Alert, deliver: Deliver) -> bool:
    try:
        deliver(alert)
    except Exception as error:
        # The class and no text: a text could hold the receiver's address, with a key in it.
        error_class = type(error).__name__ + (f" {error.status}" if isinstance(error, NotAcceptedError) else "")
        level, fate = logging.WARNING, "tried again later"
        if outbox.mark_failed(database, alert, error_class, datetime.now(UTC)):
            level, fate = logging.ERROR, "given up"
        logger.log(
            level,
            "Alert of escalation %d by %s failed (attempt %d, %s): %s",
            *(alert.number, alert.route, alert.attempt, error_class, fate),
        )
        return False
    if outbox.mark_sent(database, alert, datetime.now(UTC)):
        logger.info("Alert of escalation %d sent by %s", alert.number, alert.route)
    return True
