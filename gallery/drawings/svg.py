"""A drawing's file: an SVG with a title, and with its numbered steps in the description."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PARTS = re.compile(
    r'<svg xmlns="http://www\.w3\.org/2000/svg" (?P<box>viewBox="[\d ]+")>\s*'
    r"<title>(?P<title>.+?)</title>\s*<desc>(?P<steps>.+?)</desc>(?P<shapes>.+)</svg>\s*",
    re.DOTALL,
)
STEP = re.compile(r"^\s*\d+\. ", re.MULTILINE)


class SvgError(Exception):
    """A drawing that cannot be shown; the message has its file and the way out."""


@dataclass(frozen=True)
class Svg:
    """A drawing. ``steps`` are in plain words, with code between backquotes."""

    name: str
    box: str
    title: str
    steps: tuple[str, ...]
    shapes: str

    def within_a_page(self, described: bool) -> str:
        """Return the SVG for a page, whose styles give it its colours.

        ``described``: the page does not show the steps, so the SVG says them to those who hear.
        """
        own = f"drawing-{self.name}"
        said = f' aria-describedby="{own}-steps"' if described else ""
        steps = " ".join(f"{n}. {step}" for n, step in enumerate(self.steps, 1)).replace("`", "")
        desc = f'<desc id="{own}-steps">{steps}</desc>' if described else ""
        return (
            f'<svg {self.box} role="img" aria-labelledby="{own}"{said}>'
            f'<title id="{own}">{self.title}</title>{desc}{self.shapes}</svg>'
        )


def read_svg(path: Path) -> Svg:
    """Read a drawing's file; raises SvgError."""
    try:
        found = PARTS.fullmatch(path.read_text("utf-8"))
    except OSError as error:
        raise SvgError(f"{path}: cannot be read: {error.strerror}") from None
    if not found:
        raise SvgError(
            f"{path}: a drawing begins with <svg xmlns viewBox>, <title> and <desc>, in this "
            "order; the description has a line '1. ...' for each step"
        )
    steps = (" ".join(step.split()) for step in STEP.split(found["steps"]))
    shapes = re.sub(r">\s+<", "><", found["shapes"]).strip()
    return Svg(path.stem, found["box"], found["title"], tuple(filter(None, steps)), shapes)
