"""Where a warning is about: the script that an author wrote, not the page that was made of it."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util.logging import NAMESPACE, WarningStreamHandler

from gallery.chapter import HEADER
from gallery.lessons.build import build_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# sphinx-gallery says before each block which lines of the script it is made of.
BLOCK = re.compile(r"\.\. GENERATED FROM PYTHON SOURCE LINES (\d+)-\d+")
TITLE = re.compile(r"\.\. _sphx_glr_[\w.-]+:")


class InTheScript(logging.Filter):
    """Puts the script in the place of its page."""

    def __init__(self, app: Sphinx) -> None:
        super().__init__()
        self.app = app

    def filter(self, record: logging.LogRecord) -> bool:
        """Let all pass."""
        where = getattr(record, "location", None)
        if isinstance(where, str) and (found := re.match(r"(.+)\.rst(?::(\d+))?", where)):
            place = self.script(Path(found[1]), int(found[2] or 0))
            if place:
                record.location = place
        return True

    def script(self, page: Path, line: int) -> str:
        """Return the script's file and line; empty where the page is made of none."""
        try:
            build = build_of(self.app)
            inside = page.relative_to(Path(self.app.srcdir, build.pages)).as_posix()
        except (KeyError, ValueError):
            return ""
        if inside.endswith("/index"):
            return str(build.snippets / inside.removesuffix("index") / HEADER)
        lesson = build.lessons.get(inside)
        if not lesson:
            return ""
        if not line:
            return str(lesson.path)
        lines = page.with_suffix(".rst").read_text("utf-8").splitlines()
        for number in range(min(line, len(lines)), 0, -1):
            if block := BLOCK.match(lines[number - 1]):
                return f"{lesson.path}:{int(block[1]) + max(0, line - number - 2)}"
            if TITLE.match(lines[number - 1]):
                return f"{lesson.path}:{max(1, line - number - 1)}"
        return str(lesson.path)


def setup(app: Sphinx) -> None:
    """Come after Sphinx's own filter, which names the page."""
    for handler in logging.getLogger(NAMESPACE).handlers:
        if isinstance(handler, WarningStreamHandler):
            handler.addFilter(InTheScript(app))
