"""The colours of code: five kinds of words, the rest is ink. For light pages and for dark ones."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

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

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

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


@lru_cache(maxsize=1)
def looks() -> dict[str, str]:
    """Return the look of each kind of word by its CSS class; empty where it is plain ink."""
    light, dark = (HtmlFormatter(style=style).class2style for style in (Light, Dark))
    plain = f"color: {Light.styles[Token]}"
    found = {}
    for css, (look, *_) in light.items():
        both = zip(COLOUR.findall(look), COLOUR.findall(dark[css][0]), strict=True)
        pair = "".join(f"light-dark({one},{other})" for one, other in both)
        found[css] = "" if look.lower() == plain else COLOUR.sub(pair, look)
    del found[""]
    return found


def stylesheet() -> str:
    """Return the style of code, one rule for each look.

    (Pygments has a rule for each of its hundred kinds of token, the theme has them three times.)
    """
    names: dict[str, list[str]] = {}
    for css, look in looks().items():
        if look:
            names.setdefault(look, []).append(f".{css}")
    return "".join(f".highlight :is({','.join(css)}){{{look}}}" for look, css in names.items())


@lru_cache(maxsize=1)
def _plain() -> re.Pattern[str]:
    classes = "|".join(css for css, look in looks().items() if not look)
    return re.compile(rf'<span class="(?:{classes})">([^<]*)</span>')


def unmark(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Take the marks from words that are plain ink: they were a third of a lesson's elements."""
    if "body" in context:
        context["body"] = _plain().sub(r"\1", context["body"])


def setup(app: Sphinx) -> None:
    """Connect."""
    app.connect("html-page-context", unmark)
