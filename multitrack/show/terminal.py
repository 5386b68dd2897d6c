r"""A line as a terminal would leave it: ``\r`` overwrites, colours are kept, the rest is named.

Nothing of what a script printed reaches a page as a control: escape sequences other than
colours are taken out, and what is left of control characters is shown by its picture.
See ECMA-48 (SGR, "select graphic rendition") for the numbers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

ESCAPE = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)[ -/]*(?P<final>[@-~])"  # CSI: colours, cursor, erase
    r"|\x1b[\]P^_X].*?(?:\x07|\x1b\\|$)"  # OSC and other strings: a title, a link
    r"|\x1b[ -/]*[0-~]"  # two-byte sequences
)
COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
TAB = 8


@dataclass(frozen=True)
class Style:
    """How a terminal would draw a character."""

    colour: str = ""
    background: str = ""
    bold: bool = False
    faint: bool = False
    italic: bool = False
    underline: bool = False

    @property
    def classes(self) -> str:
        """CSS classes of recording.css; empty for plain text."""
        named = [f"fg-{self.colour}"] if self.colour else []
        named += [f"bg-{self.background}"] if self.background else []
        named += [n for n in ("bold", "faint", "italic", "underline") if getattr(self, n)]
        return " ".join(named)


def rendered(text: str) -> Iterator[tuple[str, str]]:
    """Give back (text, classes) of each stretch of a line that looks the same."""
    if text.isprintable():  # nearly every line
        if text:
            yield text, ""
        return
    screen: list[tuple[str, Style]] = []
    at, column, style = 0, 0, Style()
    while at < len(text):
        if match := ESCAPE.match(text, at):
            at = match.end()
            if match["final"] == "m":
                style = _selected(style, match["parameters"])
            elif match["final"] == "K":
                screen = _erased(screen, column, match["parameters"])
            continue
        character = text[at]
        at += 1
        if character == "\r":
            column = 0
        elif character == "\b":
            column = max(0, column - 1)
        else:
            shown = " " * (TAB - column % TAB) if character == "\t" else visible(character)
            for one in shown:
                if unicodedata.combining(one) and column and column <= len(screen):
                    base, own = screen[column - 1]
                    screen[column - 1] = (base + one, own)
                    continue
                screen += [(" ", Style())] * (column - len(screen))
                screen[column : column + 1] = [(one, style)]
                column += 1
    for classes, cells in groupby(screen, key=lambda cell: cell[1].classes):
        yield "".join(character for character, _ in cells), classes


def plain(text: str) -> str:
    """Return the line as a terminal would leave it, without its colours."""
    return "".join(part for part, _ in rendered(text))


def visible(character: str) -> str:
    """Show a control character by its picture, and one that steers direction by its number."""
    if unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp") or character == "\u200d":
        return character
    code = ord(character)
    if code < 32:
        return chr(0x2400 + code)
    return "\u2421" if code == 127 else f"\\u{code:04x}"


def _erased(
    screen: list[tuple[str, Style]], column: int, parameters: str
) -> list[tuple[str, Style]]:
    blank = (" ", Style())
    if parameters in ("", "0"):
        return screen[:column]
    kept = screen[column + 1 :] if parameters == "1" else []
    return [blank] * min(column + 1, len(screen)) + kept


def _selected(style: Style, parameters: str) -> Style:
    codes = [int(p) if p.isdigit() else 0 for p in re.split("[;:]", parameters)]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = Style()
        elif code in (38, 48):  # 256 colours or RGB: no class for each; skip what belongs to it
            del codes[: {5: 2, 2: 4}.get(codes[0] if codes else 0, 1)]
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style = replace(style, colour=COLOURS[code % 10])
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style = replace(style, background=COLOURS[code % 10])
        elif code in _SIMPLE:
            style = replace(style, **_SIMPLE[code])
    return style


_SIMPLE: dict[int, dict[str, Any]] = {
    1: {"bold": True},
    2: {"faint": True},
    3: {"italic": True},
    4: {"underline": True},
    22: {"bold": False, "faint": False},
    23: {"italic": False},
    24: {"underline": False},
    39: {"colour": ""},
    49: {"background": ""},
}
