"""The README names what exists, and all of it."""

from __future__ import annotations

import re

import pytest

from ketamine_guide.settings import ROOT, Settings

README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def test_every_setting_is_listed_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(KETAMINE_GUIDE_\w+)` \|.*\| (.+?) \|$", README, re.MULTILINE))
    fields = {f"KETAMINE_GUIDE_{name.upper()}": field for name, field in Settings.__fields__.items()}
    assert rows.keys() == fields.keys()
    for name, field in fields.items():
        default = getattr(field.default, "get_secret_value", lambda field=field: field.default)()
        shown = str(default).replace(f"{ROOT}/", "")
        assert rows[name].strip("`") == (shown or "empty"), name


def test_every_make_command_exists_and_is_told_of() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", MAKEFILE, re.MULTILINE)) - {"help"}
    assert set(re.findall(r"\bmake ([a-z]+)", README)) == targets


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([\w./]+)\)", README))))
def test_every_link_leads_somewhere(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_room_exists_and_is_named() -> None:
    named = set(
        re.findall(r"`([\w.]+/?[\w.]*/?)`", README.split("## How it is laid out")[1].split("A message passes")[0])
    )
    for path in named:
        assert (ROOT / path).exists() or (ROOT / "ketamine_guide" / path).exists() or path == "reports/", path
    rooms = {f"{folder.name}/" for folder in (ROOT / "ketamine_guide").iterdir() if (folder / "__init__.py").exists()}
    assert rooms <= named
