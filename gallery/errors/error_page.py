"""An error page answers first: the message, what it means in a sentence, the cure.

It is a script of the section Errors whose docstring is its prose, with a pair of programs beside it
(gallery/pair.py)::

    .. message:: Python 3.14 and later

       _pickle.PicklingError: Can't pickle local object <function main.<locals>.work at 0x...>

    .. message:: Python 3.11, and 3.13

       AttributeError: Can't pickle local object 'main.<locals>.work'
       AttributeError: Can't get local object 'main.<locals>.work'

    .. cure:: move the function to the top level of the file

       def work(item):
           ...

What has no message begins with a ``symptom``, which says what there is to be seen instead.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from gallery.lesson import Lesson
from gallery.lessons.build import build_of
from gallery.nodes import add_node, block, nothing

if TYPE_CHECKING:
    from typing import Any

    from sphinx.application import Sphinx

SECTION = "Errors"
LONGEST_CURE = 5  # lines
# One of the three, its argument, and the lines that are indented below it.
BOX = re.compile(
    r"^\.\. (message|symptom|cure):: ?(.*)\n((?:[ \t]+\S.*\n|[ \t]*\n)*)", re.MULTILINE
)


@dataclass(frozen=True)
class Error:
    """What lists say of an error page: its messages, each in one line, and the cure."""

    lesson: str
    title: str
    messages: tuple[str, ...]
    cure: str

    @classmethod
    def of(cls, lesson: Lesson) -> Error:
        """Read it; raises ValueError, with what is missing."""
        docstring = ast.get_docstring(ast.parse(lesson.source)) or ""
        boxes = BOX.findall(f"{docstring}\n")
        cure = next((said for kind, said, _ in boxes if kind == "cure"), "").strip()
        if not cure or not any(kind != "cure" for kind, *_ in boxes):
            raise ValueError(
                "an error page begins with the message, as .. message:: (or .. symptom::), and has "
                "a .. cure:: in a few words, with at most five lines of code below it"
            )
        texts = "\n".join(dedent(text).strip() for kind, _, text in boxes if kind == "message")
        # A line that is indented goes on with the message above it.
        told = [" ".join(text.split()) for text in re.split(r"\n(?=\S)", texts) if text]
        return cls(lesson.name, lesson.title, tuple(dict.fromkeys(told)), cure)


class Errors(dict[str, Error]):
    """The error pages by their lessons' names."""


def read(app: Sphinx) -> None:
    """Read all error pages.

    Raises ExtensionError, which ends the build, with every one that has not the form of one.
    """
    build = build_of(app)
    found, wrong = Errors(), []
    for chapter in build.of_section(SECTION):
        for lesson in build.of_chapter(chapter.name):
            try:
                found[lesson.name] = Error.of(lesson)
            except ValueError as error:
                wrong.append(f"{lesson.path}:1: {error}")
    if wrong:
        raise ExtensionError("error pages without an answer:\n" + "\n".join(wrong))
    build.keep(found)


# -- the boxes ------------------------------------------------------------------------------------


class box(nodes.General, nodes.Element):
    """A message or a cure. Attribute ``kind``; its children are a heading and a block."""


class BoxDirective(SphinxDirective):
    """What is shown in a box."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    icon: ClassVar[str]
    kind: ClassVar[str]
    heading: ClassVar[str]
    language: ClassVar[str] = "none"

    def run(self) -> list[nodes.Node]:
        """Return the box."""
        self.assert_has_content()
        head = nodes.paragraph("", "", nodes.inline(classes=["i", f"i-{self.icon}"]))
        head += self.words(self.arguments[0] if self.arguments else "")
        text = dedent("\n".join(self.content)).rstrip()
        return [box("", head, block(text, self.language), kind=self.kind)]

    def words(self, said: str) -> Iterator[nodes.Node]:
        """Return the heading's words."""
        yield nodes.Text(said or self.heading)


class Message(BoxDirective):
    """``.. message::``, or ``.. message:: Python 3.11``: what is printed."""

    icon, kind, heading = "cross", "message", "The message"


class Symptom(BoxDirective):
    """``.. symptom::``: what is seen where nothing is printed."""

    icon, kind, heading = "cross", "message", "No message"


class Cure(BoxDirective):
    """``.. cure:: start processes under the guard``: what to do, and at most five lines of code."""

    icon, kind, heading, language = "check", "cure", "Cure", "python"

    def run(self) -> list[nodes.Node]:
        """Return the box."""
        if len(self.content) > LONGEST_CURE:
            raise self.error(f"a cure has at most {LONGEST_CURE} lines: the pair shows all of it")
        return super().run()

    def words(self, said: str) -> Iterator[nodes.Node]:
        """Say what to do."""
        yield nodes.Text("Cure: ")
        yield from self.parse_inline(said, lineno=self.lineno)[0]


def visit_box(self: Any, node: box) -> None:
    """Begin it."""
    self.body.append(f'<div class="{node["kind"]}">')


def depart_box(self: Any, node: box) -> None:
    """End it."""
    self.body.append("</div>\n")


def setup(app: Sphinx) -> None:
    """Register the boxes."""
    add_node(app, box, visit_box, depart_box, plain=nothing)
    for directive in (Message, Symptom, Cure):
        app.add_directive(directive.__name__.lower(), directive)
    app.connect("builder-inited", read, priority=95)  # before anything is recorded
