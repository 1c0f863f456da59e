"""Rasa's own tools accept the repository as it stands."""

from __future__ import annotations

import os
import subprocess
import sys

from ketamine_guide.settings import ROOT


def test_rasa_data_validate() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rasa", "data", "validate"],
        cwd=ROOT,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "No story structure conflicts found" in done.stdout + done.stderr
