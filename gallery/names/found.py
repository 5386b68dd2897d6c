"""All uses of names in the lessons of a build, found once."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from gallery.chapter import Chapter
from gallery.lessons import generated
from gallery.lessons.build import build_of
from gallery.names import manual
from gallery.names.catalogue import Catalogue, taught_by
from gallery.names.manual import ManualError, read_manual


def find(app: Sphinx) -> None:
    """Find all uses, and have the chapters' pages written.

    Raises ExtensionError, which ends the build, with each line of the list of names that is
    wrong: file, line and the way out.
    """
    try:
        names = read_manual(names_file(app))
    except ManualError as error:
        raise ExtensionError(f"names that cannot be listed:\n{error}") from None
    build = build_of(app)
    catalogue = Catalogue(names, tuple(taught_by(x, names) for x in build.lessons.values()))
    build.keep(catalogue)
    generated.of_chapters(app, "names", page_of)


def page_of(chapter: Chapter) -> str:
    """Return the page of a chapter's names."""
    return generated.markdown(
        f"Names: {chapter.title}",
        "The names of multiprocessing and concurrent.futures that the lessons of a chapter use, "
        f"and in which of their cells: {chapter.title}.",
        "The names that the lessons of this chapter use, and in which of their cells. There is a "
        f"list of [all names](/names.md), too.\n\n```{{names-of-chapter}} {chapter.name}\n```",
    )


def names_file(app: Sphinx) -> Path:
    """Return the list of the manual's names."""
    return Path(app.confdir, app.config.names_file) if app.config.names_file else manual.FILE
