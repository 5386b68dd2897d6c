"""How lessons become this site: the Sphinx extension.

Read from top to bottom, :func:`setup` is the list of its parts. Each is a folder, and knows nothing
of the others; all build on ``lessons/``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

PACKAGE = Path(__file__).parent
# Of these no page is read anew when they change: a page is written, or found, with them.
NOT_FOR_READING = {"site", "search", "__main__.py", "new_lesson.py", "__pycache__"}


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the parts."""
    # Imported here: `python -m gallery` needs no Sphinx.
    from gallery import (
        downloads,
        drawings,
        errors,
        evidence,
        facts,
        lesson_page,
        lessons,
        names,
        nodes,
        quiz,
        search,
        site,
        videos,
    )
    from gallery.code_version import version_of

    for part in (
        facts,
        nodes,
        lessons,
        errors,
        quiz,
        evidence,
        names,
        drawings,
        downloads,
        videos,
        search,
        site,
    ):
        part.setup(app)
    lesson_page.setup(app)
    app.connect("config-inited", add_static)
    read_with = [path for path in PACKAGE.iterdir() if path.name not in NOT_FOR_READING]
    recordings = PACKAGE.with_name("multitrack")
    shown_with = [recordings / name for name in ("show", "recording.py", "script.py")]
    return {
        "version": "1",
        "env_version": int(version_of([*read_with, *shown_with]), 16),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


def add_static(app: Sphinx, config: Config) -> None:
    """Have the styles and scripts of the parts copied beside Sphinx's own."""
    config.html_static_path += map(str, sorted(PACKAGE.rglob("static")))
