"""The chat widget in a real browser. Its own tests are in `widget/test/`, one file a subject.

They run here against a real guide. `npm test` by itself, in `widget/`, runs them against a stand-in that speaks the
channel's contract.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ketamine_guide.launch import private_bot
from ketamine_guide.settings import ROOT

WIDGET = ROOT / "widget"
NEEDED = {
    "Node": shutil.which("node"),
    "Chromium": Path(os.environ.get("CHROMIUM", "/usr/bin/chromium")).exists(),
    "the widget's packages (npm ci --prefix widget)": (WIDGET / "node_modules").exists(),
}
# All its browsers share this machine's address.
MANY = {
    "KETAMINE_GUIDE_WEB_MESSAGES_PER_MINUTE": "1000",
    "KETAMINE_GUIDE_WEB_ADDRESS_MESSAGES_PER_MINUTE": "100000",
}
MISSING = [name for name, there in NEEDED.items() if not there]


@pytest.mark.skipif(bool(MISSING), reason=f"the widget's browser tests need {', '.join(MISSING)}")
def test_the_widget_passes_its_own_tests_against_a_real_guide(tmp_path: Path) -> None:
    with private_bot(tmp_path, **MANY) as bot:
        done = subprocess.run(
            ["npm", "test", "--prefix", str(WIDGET)],
            env={**os.environ, "KETAMINE_GUIDE_URL": bot.url},
            capture_output=True,
            text=True,
            check=False,
        )
    failed = [line for line in done.stdout.splitlines() if "not ok" in line or "✖" in line]
    assert done.returncode == 0, "\n".join([*failed, done.stdout[-6000:], done.stderr[-2000:]])
