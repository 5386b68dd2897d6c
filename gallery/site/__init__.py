"""What a site needs beside its words: light pages, a policy for browsers, files for its host."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

HERE = Path(__file__).parent
TEMPLATES = str(HERE / "templates")


def is_site(app: Sphinx) -> bool:
    """Whether the builder makes a site of pages, and not anything else."""
    return app.builder.name in ("html", "dirhtml")


def note_version(app: Sphinx, config: Config) -> None:
    """Have all pages written anew, and none read, where what makes or dresses them has changed."""
    from furo import __version__ as furo

    from gallery.code_version import version_of

    loaded = [Path(app.confdir, folder) for folder in config.html_static_path]
    config.site_version = f"{furo} {version_of([HERE, *loaded])}"


def setup(app: Sphinx) -> None:
    """Register all of it."""
    from gallery.site import (
        code_colours,
        feed,
        head,
        hosting,
        joined_assets,
        leftovers,
        markdown_twins,
        navigation,
        policy,
    )

    app.add_config_value("site_version", "", "html", str)
    app.connect("config-inited", lambda _, config: config.templates_path.append(TEMPLATES))
    app.connect("config-inited", note_version, priority=900)  # all static folders are named then
    for file in ("tokens.css", "icons.css", "text.css", "shell.css"):
        app.add_css_file(file, priority=100)  # parts build on them
    app.add_js_file("shell.js")
    parts = joined_assets, navigation, head, feed, hosting, policy, markdown_twins, leftovers
    for part in (*parts, code_colours):
        part.setup(app)
