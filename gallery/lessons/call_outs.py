"""Call-outs: a line of a cell that ends with ``# (1)``, and what a list below the cell says of it.

The prose after the cell begins with the list, which has an item for each::

    pool = Pool(4)  # (1)
    pool.join()  # (2)

    # %%
    # 1. Four workers start here.
    # 2. The parent waits for them.

On the page the comment is a number that leads to its item, and the item's number leads back. In a
script, a notebook, and text both stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.errors import ExtensionError

from gallery.lesson import Lesson
from gallery.lessons.blocks import blocks
from gallery.lessons.build import build_of
from gallery.nodes import add_node, cell, nothing, skip
from multitrack.script import comment_tokens, decoded

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from gallery.lessons.page import Page

MOST = 3  # in one cell
CALL = re.compile(r"#\s*\((\d)\)\s*")
ITEMS = re.compile(r"(?:\d\.\s+.*\n(?:[ \t]+\S.*\n|\s*\n(?=\d\.\s|[ \t]))*)+")
LINK = re.compile(r'<span class="c1">#\s*\((\d)\)</span>')
ENDS = re.compile(r'<span class="w">(\n+)</span>')  # of lines, in what sphinx-gallery linked


class called(nodes.General, nodes.Element):
    """Wraps a cell's code. Attribute ``cell``: its number."""


class back(nodes.Inline, nodes.TextElement):
    """An item's number, which leads to its line. Attributes: ``cell`` and ``number``."""


# -- whether each has its item --------------------------------------------------------------------


def wrong(lesson: Lesson) -> Iterator[str]:
    """Say which call-outs have no item, and which items no call-out."""
    text = decoded(lesson.path, lesson.source)
    if "# (" not in text:
        return
    lines: dict[int, list[tuple[int, int]]] = {}  # of each cell: number and line
    for token in comment_tokens(text):
        if found := CALL.fullmatch(token.string):
            line = token.start[0]
            inside = next((c for c in lesson.cells if c.first <= line <= c.last), None)
            if inside:
                lines.setdefault(inside.number, []).append((int(found[1]), line))
    if not lines:
        return
    parts = [*blocks(lesson), ""]
    prose = {
        part.number: after if isinstance(after, str) else ""
        for part, after in pairwise(parts)
        if not isinstance(part, str)
    }
    for number, calls in lines.items():
        found = ITEMS.match(prose.get(number, "").lstrip() + "\n")
        items = re.findall(r"^(\d)\.", found[0], re.MULTILINE) if found else []
        for place, (call, line) in enumerate(calls, 1):
            where = f"{lesson.path}:{line}: # ({call})"
            if place > MOST:
                yield f"{where}: a cell has at most {MOST} call-outs: what else is to be said?"
            elif call != place:
                yield f"{where}: call-outs are numbered from (1), as their lines come"
            elif str(call) not in items:
                yield f"{where}: the prose after the cell is to begin with a list that has {call}."
        if len(items) > len(calls) and calls:
            yield (
                f"{lesson.path}:{calls[-1][1]}: the list below the cell has an item "
                f"{items[len(calls)]}., and no line has # ({items[len(calls)]})"
            )


def check(app: Sphinx) -> None:
    """Raise ExtensionError, which ends the build, with what leads nowhere: file, line, and why."""
    if said := [words for lesson in build_of(app).lessons.values() for words in wrong(lesson)]:
        raise ExtensionError("call-outs that lead nowhere:\n" + "\n".join(said))


# -- on the page ----------------------------------------------------------------------------------


def link_call_outs(page: Page) -> None:
    """Tie the numbers in the cells of a page to the items of the lists after them."""
    for box in page.document.findall(cell):
        code = next(child for child in box if isinstance(child, nodes.literal_block))
        if not (calls := [m[1] for m in re.finditer(CALL.pattern + "$", code.astext(), re.M)]):
            continue
        number = box["number"]
        box.replace(code, called("", code, cell=number))
        items = next(
            node
            for node in box.findall(descend=False, siblings=True)
            if isinstance(node, nodes.enumerated_list)
        )
        items["classes"].append("calls")
        for call, item in zip(calls, items.children, strict=True):
            assert isinstance(item, nodes.list_item)
            said = item[0]
            assert isinstance(said, nodes.paragraph)
            item["ids"].append(f"note-{number}-{call}")
            said.insert(0, back(cell=number, number=call))


def visit_called(self: Any, node: called) -> None:
    """Note where the code begins."""
    node["from"] = len(self.body)


def depart_called(self: Any, node: called) -> None:
    """Put links in the place of the comments, and a line of its own around each."""
    html = ENDS.sub(r"\1", "".join(self.body[node["from"] :]))
    lines = []
    for line in html.split("\n"):
        if found := LINK.search(line):
            line = linked(line, node["cell"], found[1])
        lines.append(line)
    self.body[node["from"] :] = ["\n".join(lines)]


def linked(line: str, cell: int, number: str) -> str:
    """Return a line with its link; the text is still the comment, which is copied."""
    anchor = f"{cell}-{number}"
    hash_, paren = (f'<span class="vh">{text}</span>' for text in ("# (", ")"))
    link = (
        f'<a class="call" id="call-{anchor}" href="#note-{anchor}" aria-label="Note {number}">'
        f"{hash_}{number}{paren}</a>"
    )
    line = LINK.sub(link, line)
    if line.count("<span") != line.count("</span"):  # a string that began further up ends here
        return line
    head, pre, code = line.rpartition("<pre>")
    code = code.removeprefix("<span></span>")
    return f'{head}{pre}<span class="called call-{number}">{code}</span>'


def visit_back(self: Any, node: back) -> None:
    """Write the number."""
    anchor = f"{node['cell']}-{node['number']}"
    self.body.append(
        f'<a class="call" href="#call-{anchor}" aria-label="Line of note {node["number"]}">'
        f"{node['number']}</a> "
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the nodes, and look at all lessons before anything is recorded."""
    add_node(app, called, visit_called, depart_called, plain=nothing)
    add_node(app, back, visit_back, plain=skip)
    app.add_css_file("call-outs.css")
    app.connect("builder-inited", check, priority=95)
