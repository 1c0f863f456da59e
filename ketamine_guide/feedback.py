"""What patients tell of the guide itself, for staff: `python -m ketamine_guide.feedback`, and `… --close NUMBER`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from tabulate import tabulate

from ketamine_guide.settings import settings
from ketamine_guide.store import feedback
from ketamine_guide.store.database import migrated

_WIDTH_OF_WORDS = 70


def show(database: Engine) -> str:
    """Whether answers helped, by topic, the least helpful first; below it the open reports."""
    rated = [
        {"topic": topic, "helped": helped, "did not help": not_helped}
        for topic, helped, not_helped in feedback.counts(database)
    ]
    reports = [
        {"number": row.id, "time (UTC)": row.at.strftime("%Y-%m-%d %H:%M"), "report": row.text}
        for row in feedback.open_reports(database)
    ]
    widths = [None, None, _WIDTH_OF_WORDS]
    return "\n\n".join(
        (
            tabulate(rated, headers="keys") if rated else "Nobody has said yet whether an answer helped.",
            tabulate(reports, headers="keys", maxcolwidths=widths) if reports else "No report is open.",
        )
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Shows it, or closes a report; ends with an error message and status 1 if it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m ketamine_guide.feedback", description=__doc__)
    parser.add_argument("--close", type=int, metavar="NUMBER", help="close a report")
    chosen = parser.parse_args(arguments)
    try:
        database = migrated(settings().database_url)
        if chosen.close is not None and not feedback.close(database, chosen.close, datetime.now(UTC)):
            sys.exit(f"There is no open report {chosen.close}.")
        print(show(database))
    except SQLAlchemyError as error:
        sys.exit(
            f"The database could not be used ({type(error).__name__}). KETAMINE_GUIDE_DATABASE_URL says which it is."
        )


if __name__ == "__main__":
    main()
