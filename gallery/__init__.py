"""How a script becomes a page: the Sphinx extension."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

PACKAGE = Path(__file__).parent
RECORDER = PACKAGE.with_name("multitrack")
STATIC = PACKAGE / "static"


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the recorder, the directives and what the pages need."""
    # Imported here: `python -m gallery` and the workers need no Sphinx.
    from gallery import build, pictures, search, timeline, transcript, videos, web
    from gallery.downloads import book
    from gallery.downloads import pages as downloads
    from gallery.evidence import pages as evidence
    from gallery.names import pages as names
    from gallery.quiz import build as quiz

    app.setup_extension("sphinx_gallery.gen_gallery")
    app.add_config_value("recordings_dir", "build/recordings", "env", str)
    # Before sphinx-gallery, which replays what was recorded.
    app.connect("builder-inited", build.record_lessons, priority=100)
    app.connect("config-inited", add_static)
    transcript.setup(app)
    pictures.setup(app)
    timeline.setup(app)
    build.setup(app)
    quiz.setup(app)
    videos.setup(app)
    evidence.setup(app)
    names.setup(app)
    downloads.setup(app)
    book.setup(app)
    search.setup(app)
    web.setup(app)
    return {
        "version": "1",
        "env_version": code_version(),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


def add_static(app: Sphinx, config: Config) -> None:
    """Have the styles and scripts of this package and those in it copied beside Sphinx's own."""
    config.html_static_path += map(str, sorted(PACKAGE.rglob("static")))


def code_version() -> int:
    """Return a number of the code of both packages: what other code has read is read anew."""
    sources = sorted([*PACKAGE.rglob("*.py"), *RECORDER.rglob("*.py")])
    return crc32(b"".join(path.read_bytes() for path in sources))
