"""The crisis screen alone, on one core: `python -m ketamine_guide.bench.screen MODEL QUESTIONS` prints milliseconds.

From a text to the verdict: the reading of the message, its sentence vectors (which the topics share), and the screen.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

_PARTS = ("MessageReader", "SentenceEncoder", "CrisisScreen")
_WARM_UP = 20


def milliseconds(model: Path, texts: Sequence[str]) -> list[float]:
    """How long each message takes from its text to its verdict."""
    from rasa.engine.graph import ExecutionContext, GraphNode  # noqa: PLC0415 (after the process has its one core)
    from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: PLC0415
    from rasa.shared.core.trackers import DialogueStateTracker  # noqa: PLC0415
    from rasa.shared.nlu.constants import TEXT  # noqa: PLC0415
    from rasa.shared.nlu.training_data.message import Message  # noqa: PLC0415

    with TemporaryDirectory() as folder:
        storage, metadata = LocalModelStorage.from_model_archive(Path(folder), model)
        context = ExecutionContext(metadata.predict_schema)
        reader, *others = [
            GraphNode.from_schema_node(name, node, storage, context)._component
            for name, node in metadata.predict_schema.nodes.items()
            if any(part in name for part in _PARTS)
        ]
    nothing_before = DialogueStateTracker.from_events("", [])
    taken = []
    for text in [*texts[:_WARM_UP], *texts]:
        message = [Message(data={TEXT: text})]
        started = time.perf_counter()
        reader.process(message, nothing_before)
        for part in others:
            part.process(message)
        taken.append(1000 * (time.perf_counter() - started))
    return taken[_WARM_UP:]


def main() -> None:
    """The command line: a model, and a file with a JSON list of texts."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print(json.dumps(milliseconds(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))))


if __name__ == "__main__":
    main()
