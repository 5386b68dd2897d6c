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
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.errors import ExtensionError

from gallery.downloads.pages import lesson_downloads
from gallery.lesson import Lesson, checked_asked
from multitrack.script import ScriptError

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

CSS_CLASS = "also-asked"


def script_of_lesson(env: BuildEnvironment, name: str) -> Path | None:
    """Return the script of a lesson's page; None for any other page."""
    conf = env.config.sphinx_gallery_conf
    lesson = name.removeprefix(f"{conf['gallery_dirs']}/")
    script = Path(env.srcdir, conf["examples_dirs"], f"{lesson}.py").resolve()
    return script if lesson != name and script.is_file() else None


def asked_of(env: BuildEnvironment, name: str) -> tuple[str, ...]:
    """Return the askers' words of a page that was read.

    Raises ExtensionError, which ends the build, with the file, the line and what to write.
    """
    if script := script_of_lesson(env, name):
        env.note_dependency(str(script), docname=name)
        try:
            return Lesson.read(script).settings.asked
        except ScriptError as error:
            raise ExtensionError(str(error)) from None
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


def show(app: Sphinx, document: nodes.document) -> None:
    """Say at the end of a page, before its downloads, what else it is asked as."""
    env = app.env
    words = asked_of(env, env.current_document.docname)
    if not words:
        return
    text = "Also asked as: " + " · ".join(words)
    line = nodes.paragraph(text, text, classes=[CSS_CLASS])
    for downloads in document.findall(lesson_downloads):
        downloads.parent.insert(downloads.parent.index(downloads), line)
        return
    next(document.findall(nodes.section), document).append(line)


def setup(app: Sphinx) -> None:
    """Register the line."""
    # After Sphinx has taken the front matter, at 500.
    app.connect("doctree-read", show, priority=600)
