"""Talks about the subject, as plain links."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register the directive."""
    from gallery.videos import talks

    app.add_directive("videos", talks.VideosDirective)
