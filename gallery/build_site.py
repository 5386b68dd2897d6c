"""Builds the site: runs Sphinx, one build of a checkout at a time, and says what an author needs.

Sphinx's own command ends with its versions and the place of a traceback. Here an error is its
message, and warnings come once more at the end, where they are seen.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import io
import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO, cast

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError, SphinxError
from sphinx.util.docutils import docutils_namespace, patch_docutils

from gallery.chapter import Chapter, ChapterError
from gallery.lesson import Lesson
from multitrack.script import ScriptError

INDEX = "# One lesson\n\n```{{chapters}}\n:section: {section}\n```\n"
ESCAPE = re.compile(r"\x1b\[[\d;]*m")


class Warnings(io.TextIOBase):
    """Passes warnings on, and keeps them."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.kept: list[str] = []

    def write(self, text: str) -> int:
        """Take what Sphinx says."""
        if text.strip():
            self.kept.append(ESCAPE.sub("", text).strip())
        return self.stream.write(text)

    def flush(self) -> None:
        """Write what waits."""
        self.stream.flush()

    def isatty(self) -> bool:
        """Whether somebody looks on."""
        return self.stream.isatty()


@contextlib.contextmanager
def alone(build: Path) -> Iterator[None]:
    """Wait until no other build writes to this folder: two would spoil each other's files."""
    build.mkdir(parents=True, exist_ok=True)
    with (build / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Another build writes to {build}; waiting for its end.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(
    root: Path,
    *,
    builder: str = "html",
    source: Path | None = None,
    target: Path | None = None,
    quiet: bool = False,
    jobs: int | None = None,
    **settings: Any,
) -> int:
    """Build the project in ``root`` and return the exit status: 0, or 1 after any warning.

    ``source`` has the pages and ``target`` gets the site, ``docs`` and ``build/BUILDER`` of the
    project otherwise; ``settings`` stand for those of conf.py.
    """
    target = target or root / "build" / builder
    # Trees of pages are many objects and little garbage: looking for it took a third of a build.
    gc.set_threshold(100_000, 50, 100)
    # sphinx-gallery imports it where it can, for half a second. Nothing is drawn in this process.
    sys.modules.setdefault("matplotlib", None)  # type: ignore[arg-type]
    warnings = Warnings(sys.stderr)
    try:
        with alone(root / "build"), patch_docutils(str(root)), docutils_namespace():
            app = Sphinx(
                srcdir=source or root / "docs",
                confdir=root,
                outdir=target,
                doctreedir=target.with_name(f"{target.name}.doctrees"),  # no part of the site
                buildername=builder,
                confoverrides={"nitpicky": True, **settings},
                status=None if quiet else sys.stdout,
                warning=cast(TextIO, warnings),
                warningiserror=True,
                parallel=jobs or os.cpu_count() or 1,
            )
            app.build()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except Exception as error:
        print("\n" + told(error, target), file=sys.stderr)
        return 2
    if app.statuscode and warnings.kept and not quiet:
        said = dict.fromkeys(warnings.kept)
        print(f"\n{len(said)} to be mended:", *said, sep="\n", file=sys.stderr)
    return app.statuscode


def told(error: Exception, target: Path) -> str:
    """Say what an author has to know of an error: all of it only where it is a bug of ours.

    A disk that is full does not say which file it had no room for: all but some are in ``target``.
    """
    cause = error.orig_exc if isinstance(error, ExtensionError) and error.orig_exc else error
    if isinstance(cause, OSError):
        return f"error: {cause.filename or target}: {cause.strerror or cause}"
    if isinstance(cause, SphinxError):
        return f"error: {cause}"
    return "".join(traceback.format_exception(cause))


def build_page(root: Path, name: str, quiet: bool = False) -> int:
    """Record one lesson and build its page alone, ``build/page/html/lessons/CHAPTER/NAME.html``.

    It is checked as in the site; links to what is not there lead nowhere.
    """
    path = root / "snippets" / f"{name}.py"
    try:
        lesson, chapter = Lesson.read(path), Chapter.read(path.parent)
    except (ScriptError, ChapterError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    source = root / "build" / "page" / "docs"
    source.mkdir(parents=True, exist_ok=True)
    page, index = source / "index.md", INDEX.format(section=chapter.section)
    if not page.is_file() or page.read_text("utf-8") != index:
        page.write_text(index, encoding="utf-8")
    target = root / "build" / "page" / "html"
    only: dict[str, Any] = {
        "only_lesson": lesson.name,
        "sphinx_gallery_conf.examples_dirs": str(root / "snippets"),
        "sphinx_gallery_conf.ignore_pattern": rf"^(?!(.*[/\\])?{re.escape(path.name)}$)",
    }
    status = build(root, source=source, target=target, quiet=quiet, jobs=1, **only)
    if status == 0:
        print(f"The page is {target.relative_to(root)}/lessons/{lesson.name}.html")
    return status
