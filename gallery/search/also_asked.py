"""Askers' words: what people type who need a page, shown quietly at its end.

A lesson has them in its settings (``# sphinx_gallery_lesson_asked = ["..."]``), a page of prose in
its front matter::

    ---
    asked:
      - threads or processes
    ---
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.errors import ExtensionError

from gallery.lesson import checked_asked
from gallery.lessons.build import build_of
from gallery.lessons.page import Page

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

CSS_CLASS = "also-asked"


def asked_of(env: BuildEnvironment, name: str) -> tuple[str, ...]:
    """Return the askers' words of a page that was read.

    Raises ExtensionError, which ends the build, with the file, the line and what to write.
    """
    if lesson := build_of(env).lesson_on(name):
        return lesson.settings.asked
    written = env.metadata[name].get("asked")
    if written is None:
        return ()
    try:
        return checked_asked(json.loads(written))
    except ValueError as error:
        path = Path(env.doc2path(name))
        raise ExtensionError(f"{path}:{line_of(path)}: asked: {_reason(error)}") from None


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return "give a list, each item on a line of its own after a hyphen"
    return str(error)


def line_of(path: Path) -> int:
    """Return the line of a file's front matter that sets ``asked``."""
    lines = path.read_text("utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if line.lstrip(": ").startswith("asked")), 1)


def _line(words: tuple[str, ...]) -> nodes.paragraph:
    text = "Also asked as: " + " · ".join(words)
    return nodes.paragraph(text, text, classes=[CSS_CLASS])


def also_asked(page: Page) -> Iterator[nodes.Node]:
    """Say at the end of a lesson's page what else it is asked as."""
    if page.lesson.settings.asked:
        yield _line(page.lesson.settings.asked)


def show(app: Sphinx, document: nodes.document) -> None:
    """Say the same at the end of a page of prose."""
    name = app.env.current_document.docname
    words = asked_of(app.env, name)
    if words and not build_of(app).lesson_on(name):
        next(document.findall(nodes.section), document).append(_line(words))


def setup(app: Sphinx) -> None:
    """Register the line."""
    # After Sphinx has taken the front matter, at 500.
    app.connect("doctree-read", show, priority=600)
