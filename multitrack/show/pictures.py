"""The pictures of a run: figures, files that were saved, and what of them is not kept."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from multitrack.recording import Picture


def html_of(picture: Picture, address: Callable[[Picture], str]) -> str:
    """Return a picture as HTML; ``address`` says where its file is.

    It is an image with its size, so that nothing moves when it arrives, and so that no browser
    runs anything that an SVG may hold.
    """
    if picture.left_out:
        return f'<p class="unshown">{escape(words(picture))}</p>'
    caption = f"<figcaption>{escape(words(picture))}</figcaption>" if picture.saved else ""
    return (
        f'<figure class="picture"><img src="{escape(address(picture))}" '
        f'alt="{escape(picture.title)}" width="{picture.width}" height="{picture.height}" '
        f'loading="lazy"/>{caption}</figure>'
    )


def words(picture: Picture) -> str:
    """Say what a picture is, or why it is not there."""
    if picture.left_out:
        return f"Left out: {picture.title} ({picture.why})"
    return f"Saved as {picture.title}" if picture.saved else f"Figure: {picture.title}"
