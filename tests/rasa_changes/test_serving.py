"""Rasa's command line serves without TensorFlow, and finds it when it is asked for."""

from __future__ import annotations

import subprocess
import sys

from ketamine_guide.settings import ROOT

SERVING = """
import sys
from ketamine_guide.rasa_changes.__main__ import Later
sys.meta_path.insert(0, Later())
import inspect
import rasa.core.run
import ketamine_guide.dialogue.nlg
import ketamine_guide.rasa_changes.conversation_store
from ketamine_guide import rasa_changes
rasa_changes.apply()
inspect.stack()  # looks at every module for the file it is of, as an error's report does
print("tensorflow" in sys.modules)
"""
TRAINING = """
import rasa.utils.train_utils
print("tensorflow" in sys.modules)
from rasa.nlu.classifiers.diet_classifier import DIETClassifier
print("tensorflow" in sys.modules, rasa.utils.train_utils.rank_and_mask.__name__)
"""


def test_serving_leaves_tensorflow_out_and_training_loads_it() -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SERVING + TRAINING],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split("\n")[:3] == ["False", "False", "True rank_and_mask"]
