"""Two contenders as they might have been measured."""

from __future__ import annotations

from datetime import date

import pytest

from ketamine_guide.bench.figures import Measured

DAY = date(2026, 11, 23)


def _measured(name: str, factor: float) -> Measured:
    return Measured(
        name=name,
        alone=[0.01 * factor] * 99 + [0.02 * factor],
        together=[0.1 * factor] * 100,
        rate=100 / factor,
        conversations=[[0.01 * factor] * 200] * 2,
        stored=[0.011 * factor] * 10,
        unstored=[0.01 * factor] * 10,
        starts=[5 * factor, 6 * factor],
        training=100 if factor == 1 else 1000,
        memory={"Rasa": 400_000_000 if factor == 1 else 1_000_000_000, "actions": 100_000_000},
        archive=80_000_000,
        screen=[0.004] if factor == 1 else [],
        at_once=[1.0] if factor == 1 else [],
    )


@pytest.fixture
def ours() -> Measured:
    return _measured("this project", 1)


@pytest.fixture
def theirs() -> Measured:
    return _measured("Rasa's default", 5)
