"""Replaying a recording into sphinx-gallery, through its own hooks.

The only module that knows sphinx-gallery. Nothing of a lesson is executed in the Sphinx
process: ``show_memory`` is asked to run each block and does not, and the image scraper, which
is asked for the block's pictures, answers with the lines that were recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx_gallery.sorting import ExplicitOrder

from gallery.lesson import Lesson
from gallery.page import preferred
from gallery.pythons import recordings_of
from multitrack.recording import Recording
from multitrack.show.timeline import thumbnail


class DoNotExecute:
    """For ``show_memory``: takes a block's function and does not call it."""

    def __repr__(self) -> str:
        return "DoNotExecute()"

    def __call__(self, function: Any) -> tuple[float, None]:
        """Return (MB, result), the memory being nobody's."""
        if "___" in getattr(getattr(function, "code", None), "co_names", ()):
            function.fake_main.__dict__["___"] = None  # sphinx-gallery reads it afterwards
        return 0.0, None


class Transcripts:
    """For ``image_scrapers``: called after each block, returns the reST that shows it."""

    def __init__(self, recordings: str) -> None:
        self.recordings = recordings

    def __repr__(self) -> str:
        return "Transcripts()"

    def __call__(
        self, block: tuple[str, str, int], block_vars: dict[str, Any], conf: dict[str, Any]
    ) -> str:
        """Return the directives for the block's cell; the whole run follows its last word."""
        _, content, first = block
        lesson = Lesson.read(block_vars["src_file"])
        last = first + content.count("\n")
        cell = next((c for c in lesson.cells if first <= c.last <= last), None)
        if cell is None:  # only comments
            return ""
        rest = f"\n.. cell:: {cell.number}\n"
        recordings = {
            method: Recording.load(path)
            for method, path in recordings_of(lesson, Path(self.recordings)).items()
        }
        if not recordings:  # the timeline says why
            return rest + (f"\n.. timeline:: {lesson.name}\n" if cell == lesson.cells[-1] else "")
        rest += f"\n.. transcript:: {lesson.name}\n   :cell: {cell.number}\n"
        rest += f"\n.. pictures:: {lesson.name}\n   :cell: {cell.number}\n"
        if cell.number == last_to_speak(recordings.values()):
            rest += f"\n.. timeline:: {lesson.name}\n"
            path = Path(next(block_vars["image_path_iterator"])).with_suffix(".svg")
            picture = thumbnail(recordings[preferred(recordings)])
            path.write_text(picture, encoding="utf-8")
        return rest


def last_to_speak(recordings: Iterable[Recording]) -> int:
    """Return the number of the last cell that has something to show."""
    cells = {1}
    for recording in recordings:
        cells.update(line.cell for line in recording.lines)
        cells.update(picture.cell for picture in recording.pictures)
    return max(cells)


def in_reading_order(app: Sphinx, lessons: Iterable[Lesson]) -> list[Lesson]:
    """Sort lessons as the gallery shows them: by chapter, then by their own order."""
    conf = app.config.sphinx_gallery_conf
    order = conf["subsection_order"]
    chapters = ExplicitOrder(order) if isinstance(order, list) else order or (lambda chapter: 0)

    def place(lesson: Lesson) -> tuple[int, str, int, str]:
        chapter = lesson.path.parent.name
        folder = str(Path(conf["examples_dirs"], chapter))
        return chapters(folder), chapter, lesson.settings.order, lesson.name

    return sorted(lessons, key=place)


class ReadingOrder:
    """For ``within_subsection_order``: by the lesson's own ``lesson_order``."""

    def __init__(self, src_dir: str) -> None:
        self.src_dir = src_dir

    def __repr__(self) -> str:
        return "ReadingOrder"

    def __call__(self, name: str) -> tuple[int, str]:
        """Return what to sort by."""
        return Lesson.read(Path(self.src_dir, name)).settings.order, name
