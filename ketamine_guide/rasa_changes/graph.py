"""The way through the components: Rasa has Dask plan it anew for every message and every action."""

from __future__ import annotations

from typing import Any

from rasa.engine.runner.dask import DaskGraphRunner


def apply() -> None:
    """Lets the components run in an order that is worked out once."""
    DaskGraphRunner.run = _run


_rasas_run = DaskGraphRunner.run


def _run(
    self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """What each of the targets gives, by its name. A component that fails raises what it raises with Dask."""
    wanted = tuple(targets or self._graph_schema.target_names)
    plans = self.__dict__.setdefault("_plans", {})
    if wanted not in plans:
        plans[wanted] = _plan(self, wanted)
    # A component takes what another gives with its name; what nobody gives it takes as a name alone.
    given: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
    for name, needed in plans[wanted]:
        given[name] = self._instantiated_nodes[name](*(given.get(need, need) for need in needed))
    return dict(given[name] for name in wanted)


def _plan(runner: DaskGraphRunner, wanted: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """The components that lead to those wanted, each after all that it needs, with what it needs."""
    nodes = runner._graph_schema.minimal_graph_schema(list(wanted)).nodes
    plan: dict[str, tuple[str, ...]] = {}

    def put(name: str) -> None:
        if name in nodes and name not in plan:
            needed = tuple(nodes[name].needs.values())
            for need in needed:
                put(need)
            plan[name] = needed

    for name in wanted:
        put(name)
    return list(plan.items())
