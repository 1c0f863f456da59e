"""The placeholders' values: the clinic's from the settings, the numbers from the country's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ketamine_guide.crisis.resources import PLACEHOLDERS
from ketamine_guide.dialogue.wording import wording
from ketamine_guide.settings import Settings


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Settings], dict[str, str]]]:
    """The wording under other settings."""

    def of(settings: Settings) -> dict[str, str]:
        monkeypatch.setattr("ketamine_guide.dialogue.wording.settings", lambda: settings)
        wording.cache_clear()
        return wording()

    yield of
    wording.cache_clear()


def test_each_placeholder_has_a_value(chosen: Callable[[Settings], dict[str, str]]) -> None:
    words = chosen(Settings())
    assert set(words) == {"clinic", "clinic_contact", *PLACEHOLDERS}
    assert words["clinic"] == words["clinic_contact"] == "your clinic"
    assert (words["emergency"], words["lifeline_short"]) == ("911", "call or text 988")


def test_the_clinic_is_named_with_its_phone(chosen: Callable[[Settings], dict[str, str]]) -> None:
    words = chosen(Settings(clinic_name="Riverside Clinic", clinic_phone="555-0100"))
    assert (words["clinic"], words["clinic_contact"]) == ("Riverside Clinic", "Riverside Clinic (555-0100)")


def test_another_country_has_its_own_numbers(chosen: Callable[[Settings], dict[str, str]]) -> None:
    words = chosen(Settings(country="GB"))
    assert words["emergency"] == "999"
    assert "988" not in " ".join(words.values())
