"""Settings come from the environment, and the key for hashes is made once."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from ketamine_guide.settings import Settings


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETAMINE_GUIDE_CLINIC_NAME", "Riverside Clinic")
    monkeypatch.setenv("KETAMINE_GUIDE_CLINIC_PHONE", "555-0100")
    assert Settings().clinic_contact == "Riverside Clinic (555-0100)"


def test_without_a_phone_number_the_clinic_is_named_alone() -> None:
    assert Settings(clinic_name="Riverside Clinic", clinic_phone="").clinic_contact == "Riverside Clinic"


@pytest.mark.parametrize("port", ["0", "65536", "many"])
def test_a_wrong_port_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("KETAMINE_GUIDE_PORT", port)
    with pytest.raises(ValidationError, match="port"):
        Settings()


@pytest.mark.parametrize("days", [0, 3651])
def test_conversations_are_kept_for_a_day_at_least_and_ten_years_at_most(days: int) -> None:
    with pytest.raises(ValidationError, match="keep_conversations_days"):
        Settings(keep_conversations_days=days)


def test_a_set_key_is_used_and_never_shown() -> None:
    chosen = Settings(secret="a key")
    assert chosen.secret_key() == b"a key"
    assert "a key" not in repr(chosen)


def test_a_made_key_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    key = Settings().secret_key(path)
    assert len(key) == 64
    assert Settings().secret_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_many_at_once_make_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: Settings().secret_key(tmp_path / "secret"), range(32)))
    assert len(keys) == 1


def test_sites_are_read_as_browsers_name_them() -> None:
    assert Settings(web_origins=" https://Clinic.example/ ,http://127.0.0.1:8000,").web_origins == (
        "https://clinic.example,http://127.0.0.1:8000"
    )


@pytest.mark.parametrize("site", ["*", "null", "clinic.example", "https://clinic.example/page", "https://*.example"])
def test_a_site_of_another_form_is_refused_by_name(site: str) -> None:
    with pytest.raises(ValidationError, match="web_origins"):
        Settings(web_origins=f"https://clinic.example,{site}")
