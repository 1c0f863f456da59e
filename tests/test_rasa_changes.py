"""What we change in Rasa was checked on one version of it."""

from __future__ import annotations

import rasa
from rasa.core.actions import action

from ketamine_guide import rasa_changes


def test_the_change_was_checked_on_the_installed_rasa() -> None:
    assert rasa.__version__ == rasa_changes.CHECKED_ON


def test_the_change_takes_hold() -> None:
    rasa_changes.apply()
    assert action.DEFAULT_REQUEST_TIMEOUT == rasa_changes.ACTION_SECONDS
