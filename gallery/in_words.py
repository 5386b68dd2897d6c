"""Lists, and the few marks of a text in YAML, as a page says them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from docutils import nodes
from markdown_it import MarkdownIt

_markdown = MarkdownIt("zero").enable(["backticks", "emphasis", "balance_pairs", "escape"])


def in_words(words: Iterable[str]) -> str:
    """Join words: ``fork, forkserver and spawn``."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def inline(text: str) -> Iterator[nodes.Node]:
    """Parse a paragraph's text: ``code``, *emphasis* and **strong**, nothing else."""
    kinds = {"em": nodes.emphasis, "strong": nodes.strong}
    top: list[list[nodes.Node]] = [[]]
    for token in _markdown.parseInline(text.strip())[0].children or []:
        name, _, end = token.type.rpartition("_")
        if token.type == "code_inline":
            top[-1].append(nodes.literal("", token.content))
        elif end == "open":
            top.append([])
        elif end == "close":
            inner = top.pop()
            top[-1].append(kinds[name]("", "", *inner))
        else:
            top[-1].append(nodes.Text(token.content))
    yield from top[0]
