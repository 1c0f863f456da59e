"""The command line of the clinic's staff: what is open, who takes it on, how many there were, what could not be sent.

`python -m ketamine_guide.escalations list`, `acknowledge NUMBER --by NAME`, `counts`, `dead`, `retry NUMBER`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from tabulate import tabulate

from ketamine_guide.settings import settings
from ketamine_guide.store import escalations, outbox
from ketamine_guide.store.database import migrated

_WIDTH_OF_WORDS = 60


def show_list(database: Engine) -> str:
    """The open escalations, gravest kind first, with the state of their alerts, and the words where they are kept."""
    rows = escalations.open_list(database)
    alerts = outbox.states(database, [row.id for row in rows])
    table = [
        {
            "number": row.id,
            "kind": row.kind,
            "time (UTC)": _time(row.at),
            "channel": row.channel,
            "language": row.language,
            "alerts": ", ".join(f"{route} {status}" for route, status in alerts.get(row.id, {}).items()) or "none",
            **({"words": _printable(row.text or "")} if any(row.text for row in rows) else {}),
        }
        for row in rows
    ]
    shown = _table(table, maximum={"words": _WIDTH_OF_WORDS}) if rows else "Nothing is open."
    if dead := len(outbox.dead_letters(database)):
        shown += f"\n\n{dead} alert(s) could not be sent. See: python -m ketamine_guide.escalations dead"
    return shown


def show_counts(database: Engine) -> str:
    """How many escalations each month, kind and channel had."""
    counts = escalations.monthly_counts(database)
    names = ("month (UTC)", "kind", "channel", "escalations")
    return _table([dict(zip(names, count, strict=True)) for count in counts]) if counts else "There are none yet."


def show_dead(database: Engine) -> str:
    """The alerts that were given up."""
    rows = outbox.dead_letters(database)
    table = [
        {
            "number": row.number,
            "kind": row.kind,
            "time (UTC)": _time(row.at),
            "route": row.route,
            "attempts": row.attempts,
            "last error": row.last_error,
        }
        for row in rows
    ]
    return _table(table) if rows else "Every alert was sent, or still is being tried."


def acknowledge(database: Engine, number: int, by: str) -> str:
    """Notes who took an escalation on; see `store.escalations.acknowledge`."""
    escalations.acknowledge(database, number, by)
    return f"Escalation {number} is acknowledged by {by}."


def retry(database: Engine, number: int) -> str:
    """Makes the dead alerts of an escalation due again.

    Raises:
        EscalationError: it has none.
    """
    count = outbox.retry(database, number, datetime.now(UTC))
    if not count:
        raise escalations.EscalationError(f"Escalation {number} has no alert that was given up.")
    return f"{count} alert(s) of escalation {number} will be tried again."


def _table(rows: list[dict[str, Any]], maximum: dict[str, int] | None = None) -> str:
    widths = [(maximum or {}).get(name) for name in rows[0]]
    # As they are: a name of digits is no number.
    return str(tabulate(rows, headers="keys", disable_numparse=True, maxcolwidths=widths))


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def _printable(words: str) -> str:
    """On one line, without control characters: a message must not steer the terminal it is read in."""
    return "".join(letter if letter.isprintable() else " " for letter in words)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ketamine_guide.escalations", description="The clinic's record of crises."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="show what is open, gravest first")
    one = commands.add_parser("acknowledge", help="note who takes an escalation on")
    one.add_argument("number", type=int)
    one.add_argument("--by", required=True, metavar="NAME")
    commands.add_parser("counts", help="count by month, kind and channel, without anybody's identity")
    commands.add_parser("dead", help="show the alerts that could not be sent")
    again = commands.add_parser("retry", help="try the alerts of an escalation again that could not be sent")
    again.add_argument("number", type=int)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command; ends with an error message and status 1 if it cannot be done."""
    chosen = _parser().parse_args(arguments)
    try:
        database = migrated(settings().database_url)
        shown = {
            "list": lambda: show_list(database),
            "acknowledge": lambda: acknowledge(database, chosen.number, chosen.by),
            "counts": lambda: show_counts(database),
            "dead": lambda: show_dead(database),
            "retry": lambda: retry(database, chosen.number),
        }[chosen.command]()
    except escalations.EscalationError as error:
        sys.exit(str(error))
    except SQLAlchemyError as error:
        sys.exit(
            f"The database could not be used ({type(error).__name__}). KETAMINE_GUIDE_DATABASE_URL says which it is."
        )
    print(shown)


if __name__ == "__main__":
    main()
