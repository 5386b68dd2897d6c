"""The colours of code: five kinds of words, the rest is ink. For light pages and for dark ones."""

from __future__ import annotations

import re
from typing import ClassVar

from pygments.formatters import HtmlFormatter
from pygments.style import Style
from pygments.token import (
    Comment,
    Error,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    String,
    Token,
    _TokenType,
)

COLOUR = re.compile(r"#\w{6}")


def _colours(
    ink: str, keyword: str, name: str, string: str, number: str, comment: str
) -> dict[_TokenType, str]:
    return {
        Token: ink,
        Comment: f"italic {comment}",
        Keyword: keyword,
        Operator.Word: keyword,
        Name.Function: f"bold {name}",
        Name.Class: f"bold {name}",
        Name.Decorator: name,
        Name.Exception: name,
        String: string,
        String.Doc: comment,
        Number: number,
        Generic.Heading: f"bold {ink}",
        Generic.Output: comment,
        Generic.Prompt: comment,
        Error: "",
    }


class Light(Style):  # type: ignore[misc]
    """Contrast on its background, which is the panels': at least 4.9."""

    background_color = "#f6f7fb"
    styles: ClassVar = _colours("#1d2230", "#5a32a3", "#1d4f91", "#1d6b3f", "#96480f", "#5d6675")


class Dark(Style):  # type: ignore[misc]
    """Contrast on its background: at least 6."""

    background_color = "#1b1e26"
    styles: ClassVar = _colours("#dde1ea", "#c3a6ff", "#8fc0ff", "#93d6a5", "#f0b17a", "#9aa4b2")


def stylesheet() -> str:
    """Return the style of code, one rule for each kind of word; what has none is plain ink.

    (Pygments has a rule for each of its hundred kinds of token, the theme has them three times.)
    """
    light, dark = (HtmlFormatter(style=style).class2style for style in (Light, Dark))
    plain = f"color: {Light.styles[Token]}"
    looks: dict[str, list[str]] = {}
    for css, (look, *_) in light.items():
        if css and look.lower() != plain:
            both = zip(COLOUR.findall(look), COLOUR.findall(dark[css][0]), strict=True)
            pair = "".join(f"light-dark({one},{other})" for one, other in both)
            looks.setdefault(COLOUR.sub(pair, look), []).append(f".{css}")
    return "".join(f".highlight :is({','.join(names)}){{{look}}}" for look, names in looks.items())
