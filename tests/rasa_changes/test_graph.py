"""The components run in the same order, on the same input and to the same end as with Dask."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.exceptions import GraphComponentException
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage

from ketamine_guide.rasa_changes import graph

_dasks_run = graph._rasas_run


class Noting(GraphComponent):  # type: ignore[misc]
    """Gives its name and what it was given."""

    ran: list[str] = []  # noqa: RUF012

    def __init__(self, name: str) -> None:
        self._name = name

    @classmethod
    def create(cls, config: dict[str, Any], **_: Any) -> Noting:
        return cls(config["name"])

    def note(self, one: Any = None, other: Any = None) -> tuple[str, Any, Any]:
        if one == "raise":
            raise RuntimeError(self._name)
        self.ran.append(self._name)
        return self._name, one, other


def _node(name: str, **needs: str) -> SchemaNode:
    return SchemaNode(needs=needs, uses=Noting, constructor_name="create", fn="note", config={"name": name})


@pytest.fixture
def runner(storage: LocalModelStorage) -> DaskGraphRunner:
    nodes = {
        "last": _node("last", one="left", other="right"),
        "left": _node("left", one="first"),
        "right": _node("right", one="first", other="__tracker__"),
        "first": _node("first", one="__message__"),
        "aside": _node("aside", one="right"),
    }
    schema = GraphSchema(nodes)
    return DaskGraphRunner(schema, storage, ExecutionContext(schema))


@pytest.mark.parametrize("targets", [["last"], ["aside"], ["last", "aside"], ["first", "last"]])
def test_the_same_components_give_the_same(runner: DaskGraphRunner, targets: list[str]) -> None:
    outcomes = []
    for run in (_dasks_run, graph._run, graph._run):
        Noting.ran = []
        outcomes.append((run(runner, {"__message__": ["words"], "__tracker__": 1}, targets), sorted(Noting.ran)))
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_what_was_given_once_is_not_given_again(runner: DaskGraphRunner) -> None:
    first = graph._run(runner, {"__message__": "one", "__tracker__": 1}, ["last"])
    second = graph._run(runner, {"__message__": "two", "__tracker__": 2}, ["last"])
    assert first["last"][1][1][1] == "one"
    assert second["last"][1][1][1] == "two"


def test_a_component_that_fails_is_told_of_as_ever(runner: DaskGraphRunner) -> None:
    for run in (_dasks_run, graph._run):
        with pytest.raises(GraphComponentException, match="node first"):
            run(runner, {"__message__": "raise", "__tracker__": 1}, ["last"])
