"""The sources of pages that are made of lessons and chapters; all of them are in docs/.

sphinx-gallery writes one for each lesson. It is told here which of its files hold no longer, and
what it writes of chapters is replaced. Parts have pages of a chapter written with :func:`write`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gallery.chapter import HEADER, Chapter
from gallery.code_version import version_of
from gallery.lessons.build import build_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
# What the source of a lesson's page depends on, besides the script.
MAKERS = (HERE / "hooks.py", HERE.parent / "lesson.py")
MARK = "<!-- Generated: what is changed here is lost. -->"


def forget_outdated(app: Sphinx) -> None:
    """Delete the pages of scripts that are gone, and have all made anew by other makers."""
    build = build_of(app)
    pages = Path(app.srcdir, build.pages)
    for copy in pages.glob("*/*.py"):
        if f"{copy.parent.name}/{copy.stem}" not in build.lessons:
            for file in copy.parent.glob(f"{copy.stem}.*"):
                file.unlink()
    made_by = pages / ".made-by"
    makers = version_of(MAKERS)
    if not made_by.is_file() or made_by.read_text() != makers:
        for kept in pages.glob("*/*.md5"):
            kept.unlink()
        pages.mkdir(parents=True, exist_ok=True)
        made_by.write_text(makers)


def markdown(title: str, description: str, body: str) -> str:
    """Return the Markdown of a page that the search finds by its title and description."""
    heading = re.sub(r"([\\`*_{}\[\]<>#$&~|])", r"\\\1", title)
    return (
        f"---\nnosearch: true\nmyst:\n  html_meta:\n    description: {json.dumps(description)}\n"
        f"---\n\n# {heading}\n\n{body}"
    )


def of_chapters(app: Sphinx, folder: str, make: Callable[[Chapter], str]) -> None:
    """Write a page for each chapter."""
    write(app, folder, {chapter.name: make(chapter) for chapter in build_of(app).chapters})


def write(app: Sphinx, folder: str, pages: dict[str, str]) -> None:
    """Write Markdown pages, by their names, to a folder of docs/; others of ours there go.

    A page of the folder's name lists them; where that is not there, they are not wanted.
    """
    target = Path(app.srcdir, folder)
    if not target.with_suffix(".md").is_file():
        pages = {}
    if pages:
        target.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        path, text = target / f"{name}.md", f"{text.rstrip()}\n\n{MARK}\n"
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in target.glob("*.md"):
        if path.stem not in pages and MARK in path.read_text("utf-8"):
            path.unlink()


def replace_indexes(app: Sphinx, page: str, source: list[str]) -> None:
    """Put our list of lessons in the place of sphinx-gallery's, whose titles are raw HTML."""
    build = build_of(app)
    if page == build.page_of("index"):
        header = (build.snippets / HEADER).read_text("utf-8")
        source[0] = f":orphan:\n\n{header}\n\n.. all-lessons::\n"
    for chapter in build.chapters:
        if page == build.page_of(f"{chapter.name}/index"):
            label = f".. _sphx_glr_{build.pages}_{chapter.name}:"
            source[0] = f"{label}\n\n{chapter.text}\n"
            if not re.search(r"^\.\. (lessons|errors)::", chapter.text, re.MULTILINE):
                source[0] += f"\n.. lessons:: {chapter.name}\n"


def forget_empty(app: Sphinx) -> None:
    """Delete what sphinx-gallery writes of chapters without lessons: no page leads there."""
    build = build_of(app)
    for index in Path(app.srcdir, build.pages).glob("*/index.rst"):
        if index.parent.name not in {chapter.name for chapter in build.chapters}:
            index.unlink()


def setup(app: Sphinx) -> None:
    """Come after what is recorded, and before sphinx-gallery; at last, after it."""
    app.connect("builder-inited", forget_outdated, priority=120)
    app.connect("builder-inited", forget_empty, priority=600)
    app.connect("source-read", replace_indexes)
