"""``.. pair:: NAME`` shows a broken program and its cure, and what each did (gallery/pair.py).

Three radio buttons choose between the two and their difference, without a script. Where a browser
cannot do that, in text and in Markdown, both stand one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from gallery.in_words import in_words
from gallery.lesson import Lesson, script_of
from gallery.lessons.build import build_of
from gallery.lessons.directives import depend_on_recordings
from gallery.nodes import add_node, block, folded, load_all, nothing, transcript_of, write_before
from gallery.pair import BROKEN, Pair, marks
from multitrack.recording import RecordingError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

VIEWS = {"broken": "cross", "cured": "check", "difference": "diff"}  # and their icons
COMMENT = re.compile(r'(\s*)<span class="c1">(#\s*(?:broken|cured):\s*)(.*?)</span>')


class pair(nodes.General, nodes.Element):
    """Both programs, as children, and their difference.

    Attribute ``changes``: of each line its sign, which program it is of, and its number.
    """


class program(nodes.General, nodes.Element):
    """One of the programs; its children show what happened.

    Attributes: ``view``, broken or cured; ``file``, its name; ``text``; ``marked``, the numbers of
    lines that matter.
    """


class PairDirective(SphinxDirective):
    """``.. pair:: NAME``, the files' name, with the chapter where it is another lesson's.

    Without a name it is the pair that is called as the lesson.
    """

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Show it; an error at the directive's place where there is no such pair."""
        build = build_of(self.env)
        lesson = build.lesson_on(self.env.docname)
        name = self.arguments[0] if self.arguments else lesson.path.stem if lesson else ""
        if lesson and "/" not in name:
            name = f"{lesson.chapter}/{name}"
        # Also where it is not there: the page is to be read again once it is.
        self.env.note_dependency(str(build.snippets / f"{name}{BROKEN}"))
        if not (found := build.pairs.get(name)):
            raise self.error(f"there is no pair {name!r}; there are {', '.join(build.pairs)}")
        anchor = nodes.make_id(f"pair {name}")
        shown = pair("", *(self.half(found, view) for view in ("broken", "cured")), ids=[anchor])
        shown["changes"] = [(change.sign, change.number) for change in found.changes]
        self.set_source_info(shown)
        return [shown]

    def half(self, of: Pair, view: str) -> program:
        """Return one of the programs."""
        script: Lesson = getattr(of, view)
        self.env.note_dependency(str(script.path))
        marked = set(marks(script))
        if view == "cured":
            marked |= {change.number for change in of.changes if change.sign == "+"}
        node = program(view=view, file=script.path.name, marked=sorted(marked))
        node["text"] = script_of(script).decode("utf-8-sig").rstrip()
        try:
            files = depend_on_recordings(self.env, script)
            node += list(self.happened(script, files))
        except RecordingError as error:
            raise self.error(f"nothing is recorded of {script.path.name}: {error}") from None
        return node

    def happened(self, script: Lesson, files: dict[str, Path]) -> Iterator[nodes.Node]:
        """Show a program's runs; of one that hung, where its processes stood."""
        if not files:
            return
        lines = transcript_of(files, None, env=self.env)
        hung = {m: r for m, r in load_all(files).items() if r.hung or r.hit_limit}
        if hung:
            under = "" if len(hung) == len(files) else f" under {in_words(hung)}"
            limit = script.limit(next(iter(hung)))
            ended = f"It was given {limit:g} s, and was still running{under}: we ended it."
            lines["note"] = f"{lines['note']} {ended}".strip()
        yield lines
        for method, recording in list(hung.items())[:1]:
            told = next(p.text for p in recording.problems)
            yield folded("", block(told), summary=f"Where its processes stood, under {method}")


# -- HTML -----------------------------------------------------------------------------------------


def visit_pair(self: Any, node: pair) -> None:
    """Begin with the buttons."""
    name = node["ids"][0]
    self.body.append(f'<div class="pair" id="{name}"><fieldset><legend class="vh">Show</legend>')
    for view, icon in VIEWS.items():
        checked = " checked" * (view == "broken")
        self.body.append(
            f'<input type="radio" name="{name}" id="{name}-{view}" class="vh to-{view}"{checked}>'
            f'<label for="{name}-{view}" class="{view}"><span class="i i-{icon}"></span>'
            f"{view.capitalize()}</label>"
        )
    self.body.append("</fieldset>\n")


def depart_pair(self: Any, node: pair) -> None:
    """End with the difference."""
    old, new = (lines_of(self, part) for part in node.findall(program))
    files = " to ".join(part["file"] for part in node.findall(program))
    rows = []
    for sign, number in node["changes"]:
        kind = {"-": " broken", "+": " cured"}.get(sign, "")
        line = (old if sign == "-" else new)[number - 1] if number else "..."
        shown = "\N{MINUS SIGN}" if sign == "-" else sign
        rows.append(f'<span class="ln{kind}"><b>{shown}</b>{COMMENT.sub("", line)}</span>')
    self.body.append(f"{begun('difference', files)}{code(rows)}</div></div>\n")


def visit_program(self: Any, node: program) -> None:
    """Write the program, its marks in the place of their comments."""
    view, icon = node["view"], VIEWS[node["view"]]
    rows = []
    for number, line in enumerate(lines_of(self, node), 1):
        # The comment stays in the text: it is copied, and read out.
        hidden = r'<span class="vh">\2</span>'
        said = rf'\1<span class="why">{hidden}<span class="i i-{icon}"></span>\3</span>'
        kind = f" {view}" if number in node["marked"] else ""
        rows.append(f'<span class="ln{kind}">{COMMENT.sub(said, line)}</span>')
    self.body.append(begun(view, node["file"]) + code(rows))


def depart_program(self: Any, node: program) -> None:
    """End it."""
    self.body.append("</div>\n")


def begun(view: str, files: str) -> str:
    """Return the beginning of a view."""
    return f'<div class="view {view}"><p class="file">{escape(files)}</p>\n'


def code(rows: list[str]) -> str:
    """Return a block of highlighted lines."""
    return f'<div class="highlight"><pre>{"".join(rows)}</pre></div>\n'


def lines_of(self: Any, node: program) -> list[str]:
    """Return the lines of a program, highlighted, each with its end."""
    html = self.highlighter.highlight_block(node["text"], "python")
    inner = re.search(r"<pre>(?:<span></span>)?(.*)</pre>", html, re.DOTALL)
    assert inner
    return inner[1].splitlines(keepends=True)


# -- text and Markdown ----------------------------------------------------------------------------


def visit_plain_program(self: Any, node: program) -> None:
    """Write the program as a block; what happened follows."""
    heading = nodes.paragraph("", "", nodes.strong("", f"{node['view'].capitalize()}: "))
    heading += nodes.literal("", node["file"])
    write_before(self, node, (heading, block(node["text"], "python")))


def add_style(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page its style, where it shows a pair."""
    if doctree and doctree.next_node(pair):
        app.add_css_file("pairs.css")


def setup(app: Sphinx) -> None:
    """Register the directive."""
    add_node(app, pair, visit_pair, depart_pair, plain=nothing)
    add_node(app, program, visit_program, depart_program, plain=visit_plain_program)
    app.add_directive("pair", PairDirective)
    app.connect("html-page-context", add_style)
