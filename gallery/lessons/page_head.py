"""The head of a lesson's page: under its opening, a line of badges."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator

from docutils import nodes
from sphinx.application import Sphinx

from gallery.in_words import in_words
from gallery.lessons.directives import depend_on_recordings
from gallery.lessons.page import Page
from gallery.minutes import minutes_of
from gallery.nodes import load
from gallery.pair import scripts_of
from gallery.pythons import version_of
from gallery.tabs import SYSTEMS
from multitrack.recording import Interpreter, RecordingError

Badge = Callable[[Page], Iterable[nodes.list_item]]


def badge(icon: str, *words: nodes.Node) -> nodes.list_item:
    """Return a badge: an icon and words that say the same."""
    picture = nodes.inline(classes=["i", f"i-{icon}"])
    return nodes.list_item("", nodes.paragraph("", "", picture, *words))


def line_of(*badges: Badge) -> Callable[[Page], Iterator[nodes.bullet_list]]:
    """Return what makes the line for a page, of the badges that its parts have."""

    def line(page: Page) -> Iterator[nodes.bullet_list]:
        items = [item for of_part in badges for item in of_part(page)]
        yield nodes.bullet_list("", *items, classes=["badges"])

    return line


def recorded_badge(page: Page) -> Iterator[nodes.list_item]:
    """Say what a lesson, or else the programs that it is about, were recorded on."""
    pythons: set[Interpreter] = set()
    for script in scripts_of(page.lesson):
        for file in depend_on_recordings(page.env, script).values():
            with contextlib.suppress(RecordingError):  # a directive says so
                pythons.add(load(file).interpreter)
    if pythons:
        yield badge("check", nodes.Text(f"Recorded on {platforms(pythons)}"))


def platforms(pythons: Iterable[Interpreter]) -> str:
    """Name the systems and the versions of interpreters: ``Linux, Python 3.13.2 and 3.14.1``."""
    systems = sorted({SYSTEMS.get(python.platform, python.platform) for python in pythons})
    versions = {f"{python.version}{' free-threaded' * python.free_threaded}" for python in pythons}
    ordered = sorted(versions, key=lambda version: (version_of(version), version))
    return f"{in_words(systems)}, Python {in_words(ordered)}"


def minutes_badge(page: Page) -> Iterator[nodes.list_item]:
    """Say how long a lesson takes to read."""
    minutes = minutes_of(page.lesson)
    yield badge("clock", nodes.Text(f"{minutes} minute{'s' * (minutes > 1)}"))


def setup(app: Sphinx) -> None:
    """Register the style."""
    app.add_css_file("page-head.css")
