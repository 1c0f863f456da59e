"""The record of a crisis names nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.engine import Engine

from ketamine_guide.settings import Settings
from ketamine_guide.store import escalations


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    chosen = Settings(database_url=f"sqlite:///{tmp_path / 'guide.db'}", secret="a key")
    monkeypatch.setattr(escalations, "settings", lambda: chosen)
    escalations.engine.cache_clear()
    return escalations.engine()


def test_an_escalation_is_kept_open_with_a_hash_for_the_sender(database: Engine) -> None:
    number = escalations.record(database, channel="sms", sender="+15550100", kind="passive")
    with database.connect() as connection:
        (row,) = connection.execute(select(escalations.escalations)).all()
    assert (row.id, row.channel, row.kind, row.status) == (number, "sms", "passive", "open")
    assert row.sender_hash == escalations.sender_hash("+15550100", b"a key")
    assert "5550100" not in str(row)


def test_a_long_channel_name_is_cut_and_not_refused(database: Engine) -> None:
    assert escalations.record(database, channel="c" * 500, sender="s", kind="active") == 1


@given(st.text(), st.binary(min_size=1))
def test_a_hash_tells_the_same_sender_again_and_depends_on_the_key(sender: str, key: bytes) -> None:
    assert escalations.sender_hash(sender, key) == escalations.sender_hash(sender, key)
    assert escalations.sender_hash(sender, key) != escalations.sender_hash(sender, key + b"x")
    assert len(escalations.sender_hash(sender, key)) == 64


def test_the_tables_are_made_once_and_kept(database: Engine) -> None:
    escalations.record(database, channel="rest", sender="s", kind="active")
    escalations.engine.cache_clear()
    with create_engine(database.url).connect() as connection:
        assert len(connection.execute(select(escalations.escalations)).all()) == 1
    escalations.engine()
