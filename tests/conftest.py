"""What all tests share: the content, a real guide with its own databases, and the folder beside the repository."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from rasa.core.agent import Agent
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource

from ketamine_guide.content.library import Library, load
from ketamine_guide.launch import MODEL, Bot, private_bot
from ketamine_guide.settings import ROOT

Understand = Callable[[str], dict[str, Any]]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def content() -> Library:
    return load()


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared, with the source document and the development sets, is not here")
    return SHARED


@pytest.fixture(scope="session")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """A real Rasa with a real action server, for all conversations of the run."""
    assert MODEL.exists(), "There is no trained model. Run: make train"
    with private_bot(tmp_path_factory.mktemp("guide")) as running:
        yield running


@pytest.fixture(scope="session")
def understand() -> Understand:
    """What the trained pipeline makes of a message, as `/model/parse` would return it."""
    assert MODEL.exists(), "There is no trained model. Run: make train"
    # Unless it is told otherwise, Rasa prints every message it parses.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    agent = Agent.load(str(MODEL))
    return lambda text: asyncio.run(agent.parse_message(text))


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    return LocalModelStorage.create(tmp_path)


@pytest.fixture
def resource() -> Resource:
    return Resource("component")


@pytest.fixture
def context() -> ExecutionContext:
    return ExecutionContext(GraphSchema({}), "model")
