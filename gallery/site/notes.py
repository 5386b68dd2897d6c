"""What a build notes for the next one into the same folder: JSON beside what Sphinx keeps."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def _file(app: Sphinx, name: str) -> Path:
    return Path(app.doctreedir, f"{name}.{app.builder.name}.json")


def load(app: Sphinx, name: str) -> Any:
    """Return what the last build noted; None where there was none, or it was of another folder."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        noted = json.loads(_file(app, name).read_text("utf-8"))
        if noted["folder"] == str(app.outdir):
            return noted[name]
    return None


def save(app: Sphinx, name: str, value: object) -> None:
    """Note it."""
    text = json.dumps({"folder": str(app.outdir), name: value}, indent=1)
    _file(app, name).write_text(text, encoding="utf-8")
