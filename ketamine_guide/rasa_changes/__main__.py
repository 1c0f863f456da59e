"""Rasa's command line without TensorFlow, for serving: `python -m ketamine_guide.rasa_changes run …`.

None of our components uses TensorFlow. Rasa imports it for what trains its own: 370 MB, and a third of the time to the
first answer. Here that one module of Rasa's loads when somebody looks into it. `rasa run` works too, and starts slower.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

# Imported by all of Rasa's entity extractors, and used only to train them.
_TRAINING = "rasa.utils.train_utils"


class Later(MetaPathFinder, Loader):
    """Finds the module, and loads it at the first use of anything in it."""

    def __init__(self) -> None:
        self._found: ModuleSpec | None = None

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module's spec, with this as its loader; None for every other module."""
        if name != _TRAINING:
            return None
        self._found = PathFinder.find_spec(name, path, target)
        return self._found and ModuleSpec(name, self, origin=self._found.origin)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty module, which fills itself."""
        return _Empty(spec.name, self._found)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is loaded yet."""


class _Empty(ModuleType):
    def __init__(self, name: str, found: ModuleSpec | None) -> None:
        super().__init__(name)
        self.__dict__["_found"] = found

    def __getattr__(self, name: str) -> Any:
        # What every module has is asked of all modules, by whoever looks for one of them: that is no use of it.
        found = self.__dict__.get("_found")
        if found is None or found.loader is None or name.startswith("__"):
            raise AttributeError(name)
        self.__class__ = ModuleType  # type: ignore[assignment]
        found.loader.exec_module(self)
        return getattr(self, name)


def main() -> None:
    """Rasa's own `main`, with the finder in place."""
    sys.meta_path.insert(0, Later())
    from rasa.__main__ import main as rasa_main  # noqa: PLC0415 (after the finder)

    rasa_main()


if __name__ == "__main__":
    main()
