"""sphinx-gallery's own hooks: it makes a page of a lesson without executing any of it.

``show_memory`` is asked to run each block and does not; the image scraper, which is asked for the
block's pictures, answers with a directive that shows what was recorded.
"""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

from gallery.lesson import Lesson


class DoNotExecute:
    """For ``show_memory``: takes a block's function and does not call it."""

    def __repr__(self) -> str:
        return "DoNotExecute()"

    def __call__(self, function: Any) -> tuple[float, None]:
        """Return (MB, result), the memory being nobody's."""
        if "___" in getattr(getattr(function, "code", None), "co_names", ()):
            function.fake_main.__dict__["___"] = None  # sphinx-gallery reads it afterwards
        return 0.0, None


class CellResults:
    """For ``image_scrapers``: called after each block, returns the reST that shows its results."""

    def __repr__(self) -> str:
        return "CellResults()"

    def __call__(
        self, block: tuple[str, str, int], block_vars: dict[str, Any], conf: dict[str, Any]
    ) -> str:
        """Return the directive for the block's cell; nothing for a block of comments."""
        _, content, first = block
        lesson = Lesson.read(block_vars["src_file"])
        cell = lesson.cell_in(content, first)
        if cell is None:
            return ""
        first += len(content) - len(content.lstrip("\n"))
        return f"\n.. cell:: {lesson.name}\n   :cell: {cell.number}\n   :first: {first}\n"


class NoArguments:
    """For ``reset_argv``, which is called right before garbage is collected, once a script.

    Nothing was executed that could have left any: what is there need not be looked through.
    """

    def __repr__(self) -> str:
        return "NoArguments()"

    def __call__(self, conf: dict[str, Any], block_vars: dict[str, Any]) -> list[str]:
        """Return the arguments of a script."""
        gc.freeze()
        return []


class ReadingOrder:
    """For ``within_subsection_order``: by the lesson's own ``lesson_order``."""

    def __init__(self, src_dir: str) -> None:
        self.src_dir = src_dir

    def __repr__(self) -> str:
        return "ReadingOrder"

    def __call__(self, name: str) -> tuple[int, str]:
        """Return what to sort by."""
        return Lesson.read(Path(self.src_dir, name)).settings.order, name
