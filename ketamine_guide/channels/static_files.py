"""The widget and its demo pages, read from `widget/`. Only files that are listed there are served."""

from __future__ import annotations

from typing import NamedTuple

from ketamine_guide.settings import ROOT

WIDGET = ROOT / "widget" / "dist" / "ketamine-guide.js"
DEMO = ROOT / "widget" / "demo"
NOT_BUILT = "The widget is not built. Build it with: npm ci --prefix widget && npm run build --prefix widget\n"
NO_SUCH_PAGE = "There is no such page.\n"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
}


class File(NamedTuple):
    """A file as it is served: its content and its content type."""

    content: bytes
    type: str


def widget() -> File | None:
    """The widget's script, or None when it is not built."""
    return File(WIDGET.read_bytes(), _TYPES[".js"]) if WIDGET.is_file() else None


def demo(name: str) -> File | None:
    """A file of the demo, or None when there is none of this name.

    Args:
        name: a file's name, from anywhere: it is compared with the names in the folder, and never made a path.
    """
    found = {path.name: path for path in DEMO.glob("*.*") if path.is_file() and path.suffix in _TYPES}
    return File(found[name].read_bytes(), _TYPES[found[name].suffix]) if name in found else None
