"""The directives that show a lesson's recordings: transcript, timeline, pictures, cell."""

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
from gallery.lessons.build import build_of
from gallery.nodes import lives_of, pictures, pictures_of, recorded, transcript_of
from gallery.pythons import why_not_recorded
from multitrack.recording import RecordingError
from multitrack.script import START_METHODS


class cell_mark(nodes.Invisible, nodes.Element):
    """Stands after the code of a cell until its anchor is made. Attribute: ``number``."""


class CellDirective(SphinxDirective):
    """``.. cell:: 3``, after a cell's code."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave a mark."""
        return [cell_mark(number=directives.positive_int(self.arguments[0]))]


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
        cell = self.options.get("cell")
        node = transcript_of(files, cell, why_restricted(lesson), env=self.env)
        return [] if node["empty"] else [node]


class TimelineDirective(RecordedDirective):
    """``.. timeline:: chapter/name``: the whole run under each start method."""

    def show(self, lesson: Lesson, files: dict[str, Path]) -> list[nodes.Node]:
        """Draw the lives, say the same in words, and say what it was recorded on."""
        return [timeline(lesson, files)]


class PicturesDirective(RecordedDirective):
    """``.. pictures:: chapter/name`` with ``:cell: 2``."""

    def show(self, lesson: Lesson, files: dict[str, Path]) -> list[nodes.Node]:
        """Show nothing where nothing was drawn under any start method."""
        node = pictures_of(files, self.options["cell"], env=self.env)
        return [node] if node else []


def depend_on_recordings(env: BuildEnvironment, lesson: Lesson) -> dict[str, Path]:
    """Return the files of a lesson's recordings; the page that is being read depends on them."""
    build = build_of(env)
    files = build.recordings_of(lesson)
    for file in (build.pythons_file, *files.values()):
        env.note_dependency(str(file))
    return files


def timeline(lesson: Lesson, files: dict[str, Path]) -> recorded:
    """Return the lives of a lesson's processes, or why there are none."""
    if not files:
        return lives_of({}, f"Not recorded: {why_not_recorded(lesson)}.")
    notes = [why_restricted(lesson)]
    if lesson.settings.failures:
        notes.append(f"Not every process ends well here: {lesson.settings.failures}.")
    return lives_of(files, " ".join(filter(None, notes)))


def why_restricted(lesson: Lesson) -> str:
    """Say why a lesson is not about every start method; empty where it is."""
    if set(lesson.settings.start_methods) == set(START_METHODS):
        return ""
    methods = in_words(lesson.settings.start_methods)
    return f"Recorded under {methods} only: {lesson.settings.start_methods_reason}"


def add_script(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page the script that replays its recordings, where it has some."""
    if doctree and any(
        not isinstance(n, pictures) and n["files"] for n in doctree.findall(recorded)
    ):
        app.add_js_file("replay.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.connect("html-page-context", add_script)
    app.add_node(cell_mark)
    app.add_directive("cell", CellDirective)
    app.add_directive("transcript", TranscriptDirective)
    app.add_directive("timeline", TimelineDirective)
    app.add_directive("pictures", PicturesDirective)
