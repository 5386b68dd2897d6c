"""Markdown shows texts and code as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gallery.site.markdown_twins import escaped, fenced, inline

TEXTS = [
    "Can't pickle <function <lambda>>",
    "a_b _c_ __init__ *args **kwargs `x` [0] [a](b) ![c](d)",
    "&lt; & &amp; \\ \\n",
    "# no heading",
    "> no quote",
    "- no list\n+ none\n1. none\n2) none",
    "no heading either\n===\n---",
    "<!-- shown -->",
]


def shown(markdown: str) -> list[tuple[str, str]]:
    """Return what a reader sees: kinds of things, and their texts."""
    (paragraph, *others) = [t for t in MarkdownIt("commonmark").parse(markdown) if t.content]
    assert not others, others
    kinds = {"softbreak": "text", "text_special": "text"}
    return [(kinds.get(c.type, c.type), c.content or "\n") for c in paragraph.children or ()]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_shown_as_it_is(text):
    found = shown(escaped(text, starts=True))
    assert {kind for kind, _ in found} == {"text"}
    assert "".join(said for _, said in found) == text


def test_what_markdown_leaves_alone_is_left_alone():
    assert escaped("1. snake_case, 4 > 2 - 1 & so on") == "1. snake_case, 4 > 2 - 1 & so on"


@given(st.text("`a \n", min_size=1).map(lambda text: f"a{text}b"))
def test_a_block_of_code_ends_at_its_end(code):
    (block,) = MarkdownIt("commonmark").parse(fenced(code, "python"))
    assert (block.type, block.info, block.content) == ("fence", "python", code + "\n")


@given(st.text("`a -\"'", min_size=1).filter(str.strip))
def test_code_in_a_line_ends_at_its_end(code):
    found = shown(f"x{inline(code)}y")
    assert found[0] == ("text", "x")
    assert found[-1] == ("text", "y")
    assert [(kind, said.strip()) for kind, said in found[1:-1]] == [("code_inline", code.strip())]
