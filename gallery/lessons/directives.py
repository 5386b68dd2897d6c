"""The directives that show a lesson's recordings: cell, transcript, timeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import OptionSpec

from gallery.in_words import in_words
from gallery.lesson import Lesson
from gallery.lessons import measured
from gallery.lessons.build import build_of
from gallery.lessons.links import cell_label
from gallery.nodes import cell, lives_of, load, pictures_of, recorded, transcript_of
from gallery.pythons import why_not_recorded
from multitrack.recording import RecordingError
from multitrack.script import START_METHODS


class RecordedDirective(SphinxDirective):
    """A directive whose argument is a lesson, ``chapter/name``."""

    required_arguments = 1
    option_spec: ClassVar[OptionSpec] = {"cell": directives.positive_int}

    def run(self) -> list[nodes.Node]:
        """Show it; an error at the directive's place where there is no such lesson."""
        build = build_of(self.env)
        name = self.arguments[0]
        if not (lesson := build.lessons.get(name)):
            raise self.error(f"there is no lesson {name!r}")
        try:
            self.env.note_dependency(str(lesson.path))
            found = self.show(lesson, depend_on_recordings(self.env, lesson))
        except RecordingError as error:
            raise self.error(f"nothing is recorded of the lesson {name!r}: {error}") from None
        for node in found:
            self.set_source_info(node)
        return found

    def show(self, lesson: Lesson, files: dict[str, Path]) -> list[nodes.Node]:
        """Return the nodes for the recordings' files."""
        raise NotImplementedError


class TranscriptDirective(RecordedDirective):
    """``.. transcript:: chapter/name`` with ``:cell: 2``, or without for the whole run."""

    def show(self, lesson: Lesson, files: dict[str, Path]) -> list[nodes.Node]:
        """Show nothing where no process wrote anything under any start method."""
        node = transcript_of(files, self.options.get("cell"), why_restricted(lesson), env=self.env)
        return [] if node["empty"] else [node]


class TimelineDirective(RecordedDirective):
    """``.. timeline:: chapter/name``: the whole run under each start method."""

    def show(self, lesson: Lesson, files: dict[str, Path]) -> list[nodes.Node]:
        """Draw the lives, say the same in words, and say what it was recorded on."""
        return [timeline(lesson, files)]


class CellDirective(RecordedDirective):
    """``.. cell:: chapter/name``, after a cell's code, with ``:cell: 2`` and its ``:first:`` line.

    The box with its number, and with what came of it; the code comes later (page.py).
    """

    option_spec: ClassVar[OptionSpec] = {
        "cell": directives.positive_int,
        "first": directives.positive_int,
    }

    def show(self, lesson: Lesson, files: dict[str, Path]) -> list[nodes.Node]:
        """Make the box, to which a reader can link: ``#cell-2``."""
        number, first = self.options["cell"], self.options["first"]
        box = cell(number=number, file=lesson.path.name, first=first, last=first)
        box["ids"], box["names"] = [f"cell-{number}"], [cell_label(self.env, lesson.name, number)]
        self.state.document.note_explicit_target(box)
        if made := pictures_of(files, number, env=self.env):
            box += made
        written = transcript_of(files, number, env=self.env)
        if not written["empty"]:
            written["notes"] = measured_notes(lesson, files, number)
            box += written
        return [box]


def depend_on_recordings(env: BuildEnvironment, lesson: Lesson) -> dict[str, Path]:
    """Return the files of a lesson's recordings; the page that is being read depends on them."""
    build = build_of(env)
    files = build.recordings_of(lesson)
    for file in (build.pythons_file, *files.values()):
        env.note_dependency(str(file))
    return files


def timeline(lesson: Lesson, files: dict[str, Path], linked: bool = False) -> recorded:
    """Return the lives of a lesson's processes, or why there are none."""
    if not files:
        return lives_of({}, f"Not recorded: {why_not_recorded(lesson)}.")
    failures = lesson.settings.failures
    note = f"Not every process ends well here: {failures}." if failures else ""
    return lives_of(files, note, linked)


def measured_notes(lesson: Lesson, files: dict[str, Path], cell: int) -> dict[str, str]:
    """Say by start method what a cell's measured times were to show and do not."""
    if not lesson.settings.measures:
        return {}
    told = {m: measured.told(lesson, load(file), file, cell) for m, file in files.items()}
    return {method: words for method, words in told.items() if words}


def why_restricted(lesson: Lesson) -> str:
    """Say why a lesson is not about every start method; empty where it is."""
    if set(lesson.settings.start_methods) == set(START_METHODS):
        return ""
    methods = in_words(lesson.settings.start_methods)
    return f"About {methods} only: {lesson.settings.start_methods_reason.rstrip('.')}."


def add_script(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page with runs the script that links, pins and replays them."""
    if doctree and any(node["files"] for node in doctree.findall(recorded)):
        app.add_js_file("run.js")


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.connect("html-page-context", add_script)
    app.add_directive("cell", CellDirective)
    app.add_directive("transcript", TranscriptDirective)
    app.add_directive("timeline", TimelineDirective)
