"""The names of the subject: which lessons use which, and what that says about what to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register all of it."""
    from gallery import facts
    from gallery.names import also_read, found, names_index

    app.add_config_value("names_file", "", "env", str)
    app.connect("builder-inited", found.find, priority=110)  # after the lessons are read
    app.connect("html-page-context", names_index.add_files)
    app.add_directive("names-index", names_index.NamesIndex)
    app.add_directive("names-of-chapter", names_index.NamesOfChapter)
    facts.register(app, "uses of names", names_index.uses)
    facts.register(app, "related lessons", also_read.related)
