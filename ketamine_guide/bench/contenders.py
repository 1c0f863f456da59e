"""Who is measured: the guide as it is served, and Rasa with its default pipeline on the same examples and actions."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ketamine_guide.launch import Bot, free_port, private_bot, process, wait_until_ready
from ketamine_guide.settings import ROOT

GUIDE, DEFAULT = "this project", "Rasa's default"
_RASA = [sys.executable, "-m", "rasa"]
_DEFAULT_EPOCHS = 100
# As Rasa's progress bar ends: "Epochs: 100%|…| 2/2 [00:41<00:00, 20.6s/it, …]", or so many "it/s".
_PACE = re.compile(r"Epochs: +100%[^\r\n]*? (\d+)/\1 \[[\d:]+<00:00, +([\d.]+)(s/it|it/s)")
_QUIET = {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}

Start = Callable[[Path], AbstractContextManager[Bot]]


@dataclass(frozen=True)
class Contender:
    """One of the two.

    Attributes:
        name: as the page calls it.
        model: its model archive.
        training: how long its training takes, in seconds.
        start: starts it, with its databases and log in a folder.
    """

    name: str
    model: Path
    training: float
    start: Start


def default_config(epochs: int) -> dict[str, Any]:
    """The pipeline and the policies that `rasa init` writes, with this many epochs instead of 100, on our data."""
    counts = {"name": "CountVectorsFeaturizer"}
    return {
        "recipe": "default.v1",
        "language": "en",
        "assistant_id": "default",
        "importers": [{"name": "ketamine_guide.content.importer.GuideImporter"}],
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            counts,
            {**counts, "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
            {"name": "DIETClassifier", "epochs": epochs},
            {"name": "EntitySynonymMapper"},
            {"name": "ResponseSelector", "epochs": epochs},
            {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        ],
        "policies": [
            {"name": "MemoizationPolicy"},
            {"name": "TEDPolicy", "max_history": 5, "epochs": epochs},
            {"name": "RulePolicy"},
        ],
    }


def guide(folder: Path) -> Contender:
    """This project, trained anew in `folder`.

    Raises:
        RuntimeError: the training failed.
    """
    seconds, model, _ = _train(folder, ROOT / "config.yml", "guide")
    return Contender(GUIDE, model, seconds, lambda own: private_bot(own, model))


def default(folder: Path, epochs: int) -> Contender:
    """Rasa's default, trained in `folder` for `epochs`; the time it takes is that for 100, at the pace of these.

    Raises:
        RuntimeError: the training failed.
    """
    config = folder / "default.yml"
    config.write_text(yaml.safe_dump(default_config(epochs)))
    seconds, model, log = _train(folder, config, "default")
    seconds += (_DEFAULT_EPOCHS - epochs) * seconds_an_epoch(log)
    return Contender(DEFAULT, model, seconds, lambda own: _default_bot(own, model))


def seconds_an_epoch(log: str) -> float:
    """How long an epoch took, of everything that was trained in epochs, by the log of a training."""
    paces = [(float(pace), unit) for _, pace, unit in _PACE.findall(log)]
    return sum(pace if unit == "s/it" else 1 / pace for pace, unit in paces)


def _train(folder: Path, config: Path, name: str) -> tuple[float, Path, str]:
    # `--force`: nothing comes out of the cache of an earlier training.
    command = ["train", "--force", "--config", str(config), "--out", str(folder), "--fixed-model-name", name]
    started = time.monotonic()
    done = subprocess.run(
        [*_RASA, *command],
        cwd=ROOT,
        env={**os.environ, **_QUIET, "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - started
    (folder / f"{name}.log").write_text(done.stdout)
    model = folder / f"{name}.tar.gz"
    if done.returncode or not model.exists():
        raise RuntimeError(f"The training of {name} failed with {done.returncode}:\n{done.stdout[-2000:]}")
    return seconds, model, done.stdout


@contextmanager
def _default_bot(folder: Path, model: Path) -> Iterator[Bot]:
    """Rasa as it comes: its own command line, channel, store and responses; the actions are ours."""
    port, actions_port = free_port(), free_port()
    endpoints, credentials = folder / "endpoints.yml", folder / "credentials.yml"
    store = {"type": "SQL", "dialect": "sqlite", "db": str(folder / "conversations.db")}
    action_url = f"http://127.0.0.1:{actions_port}"
    endpoints.write_text(yaml.safe_dump({"action_endpoint": {"url": f"{action_url}/webhook"}, "tracker_store": store}))
    credentials.write_text("rest:\n")
    own = {
        "KETAMINE_GUIDE_DATABASE_URL": f"sqlite:///{folder / 'guide.db'}",
        "KETAMINE_GUIDE_CONVERSATIONS_URL": f"sqlite:///{folder / 'conversations.db'}",
        "KETAMINE_GUIDE_SECRET": secrets.token_hex(),
    }
    serve = ["run", "--model", str(model), "--endpoints", str(endpoints), "--credentials", str(credentials)]
    serve += ["-i", "127.0.0.1", "--port", str(port)]
    with (
        (folder / "guide.log").open("wb") as log,
        process(["run", "actions", "--port", str(actions_port)], log, own, rasa=_RASA) as actions,
        process(serve, log, own, rasa=_RASA) as server,
    ):
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(actions, f"{action_url}/health", "The action server")
        wait_until_ready(server, f"{url}/webhooks/rest/", "Rasa")
        yield Bot(url, actions_port, actions, server)
