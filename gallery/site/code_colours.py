"""The colours of code: five kinds of words, the rest is ink. For light pages and for dark ones."""

from __future__ import annotations

from collections.abc import Iterator
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
    """Contrast on its background: at least 4.9."""

    background_color = "#f6f7fa"
    styles: ClassVar = _colours("#23272f", "#5a32a3", "#1d4f91", "#1d6b3f", "#96480f", "#5d6675")


class Dark(Style):  # type: ignore[misc]
    """Contrast on its background: at least 6."""

    background_color = "#1b1e24"
    styles: ClassVar = _colours("#d8dce3", "#c3a6ff", "#8fc0ff", "#93d6a5", "#f0b17a", "#9aa4b2")


def stylesheet() -> str:
    """Return the style of code, one rule for each kind of word; light on paper.

    (Pygments has a rule for each of its hundred kinds of token, the theme has them three times.)
    """
    dark = "".join(_rules(Dark, 'body[data-theme="dark"]'))
    by_system = "".join(_rules(Dark, 'body:not([data-theme="light"])'))
    light = "".join(_rules(Light, "body"))
    return f"{light}@media not print{{{dark}@media (prefers-color-scheme:dark){{{by_system}}}}}"


def _rules(style: type[Style], body: str) -> Iterator[str]:
    paper, ink = style.background_color, style.styles[Token]
    # The theme's names for the two.
    yield f"{body}{{--color-code-background:{paper};--color-code-foreground:{ink}}}"
    yield f"{body} .highlight{{background:{paper};color:{ink}}}"
    looks: dict[str, list[str]] = {}
    for css, (look, *_) in HtmlFormatter(style=style).class2style.items():
        if css and look.lower() != f"color: {ink}":
            looks.setdefault(look, []).append(f".{css}")
    for look, names in looks.items():
        yield f"{body} .highlight :is({','.join(names)}){{{look}}}"
