"""What readers can take away: scripts, notebooks, zips, recordings, and the whole site."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register the files and where pages offer them."""
    from gallery.downloads import offered_files, on_pages

    app.add_config_value("downloads_dir", "build/downloads", "", str)
    app.add_config_value("for_offline_zip", False, "html", bool)
    # After the lessons were recorded (100), before sphinx-gallery and before pages are read.
    app.connect("builder-inited", offered_files.make_downloads, priority=110)
    app.connect("build-finished", offered_files.publish)
    app.add_css_file("run-it.css")
    on_pages.setup(app)
