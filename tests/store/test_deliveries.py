"""Reports come in any order: whatever it is, the last of them stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from ketamine_guide.store import deliveries
from ketamine_guide.store.tables import sms_deliveries

NOW = datetime.now(UTC)


def _status(database: Engine, id: str) -> str:
    with database.connect() as connection:
        wanted = select(sms_deliveries.c.status).where(sms_deliveries.c.message_id == id)
        return str(connection.execute(wanted).scalar_one())


@pytest.mark.parametrize("end", ["delivered", "undelivered", "failed", "canceled"])
def test_in_any_order_the_final_one_stands_and_is_news_once(database: Engine, end: str) -> None:
    for number, order in enumerate(permutations(["queued", "sending", "sent", end])):
        news = [deliveries.note(database, f"SM{number}", status, NOW) for status in order]
        assert _status(database, f"SM{number}") == end, order
        assert news[order.index(end)]
        assert not any(news[order.index(end) + 1 :])
        assert not deliveries.note(database, f"SM{number}", end, NOW)


@pytest.mark.parametrize(("first", "second"), [("delivered", "failed"), ("failed", "delivered")])
def test_what_is_final_stays(database: Engine, first: str, second: str) -> None:
    assert deliveries.note(database, "SM1", first, NOW)
    assert not deliveries.note(database, "SM1", second, NOW)
    assert _status(database, "SM1") == first


def test_after_a_week_it_is_forgotten(database: Engine) -> None:
    deliveries.note(database, "SM1", "delivered", NOW - timedelta(days=8))
    deliveries.note(database, "SM2", "delivered", NOW)
    with database.connect() as connection:
        assert list(connection.execute(select(sms_deliveries.c.message_id)).scalars()) == ["SM2"]
