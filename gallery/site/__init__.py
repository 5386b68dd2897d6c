"""What a site needs beside its words: light pages, a policy for browsers, files for its host."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def is_site(app: Sphinx) -> bool:
    """Whether the builder makes a site of pages, and not a book or anything else."""
    return app.builder.name in ("html", "dirhtml")


def setup(app: Sphinx) -> None:
    """Register all of it."""
    from gallery.site import (
        feed,
        head,
        hosting,
        joined_assets,
        markdown_twins,
        policy,
        unused_css,
    )

    for part in (joined_assets, head, feed, hosting, policy, markdown_twins, unused_css):
        part.setup(app)
