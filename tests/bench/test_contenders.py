"""The default is what `rasa init` writes, and its pace is read from its log."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
import yaml

from ketamine_guide.bench.contenders import default_config, seconds_an_epoch


def _written_by_rasa_init(key: str) -> list[dict[str, Any]]:
    """Rasa's file has its default commented out."""
    text = (files("rasa") / "cli" / "initial_project" / "config.yml").read_text()
    lines = text.split(f"\n{key}:\n")[1].split("\n\n")[0].splitlines()
    kept = [line.removeprefix("#") for line in lines if line.startswith("#   ")]
    found: list[dict[str, Any]] = yaml.safe_load("\n".join(kept))
    return found


@pytest.mark.parametrize("key", ["pipeline", "policies"])
def test_the_default_is_what_rasa_init_writes(key: str) -> None:
    assert default_config(epochs=100)[key] == _written_by_rasa_init(key)


def test_fewer_epochs_are_fewer_for_everything_that_has_them() -> None:
    config = default_config(epochs=3)
    assert {part["epochs"] for part in config["pipeline"] + config["policies"] if "epochs" in part} == {3}


def test_the_pace_is_that_of_all_that_is_trained() -> None:
    log = (
        "Epochs:  50%|##5  | 1/2 [00:21<00:21, 21.50s/it, t_loss=2]\r"
        "Epochs: 100%|#####| 2/2 [00:41<00:00, 20.50s/it, t_loss=1.9, i_acc=0.5]\n"
        "Epochs: 100%|#####| 2/2 [00:00<00:00,  4.00it/s, loss=0.1]\n"
        "Processed rules: 100%|#| 130/130 [00:00<00:00, 500.00it/s]\n"
    )
    assert seconds_an_epoch(log) == pytest.approx(20.5 + 0.25)
