"""What the search knows of a page: title, askers' words, errors, headings, sentences, names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, TypedDict

from docutils import nodes
from sphinx import addnodes

from gallery.lesson import LONGEST
from gallery.lessons.build import build_of
from gallery.nodes import cell, load_all, transcript
from gallery.search.also_asked import CSS_CLASS, asked_of
from multitrack.recording import Recording
from multitrack.show.transcript import lines_of

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

# A page with this in its front matter is found by its title, description and askers' words only.
ASIDE = "nosearch"
NAMES = "names"  # the page of all names, and the class of its lists
LESSON, PROSE, HELPER = 1.0, 0.8, 0.5  # which page comes first where their words are as good
LEFT_OUT = (
    *(nodes.literal_block, nodes.raw, nodes.Invisible, nodes.footnote, nodes.image),
    *(addnodes.toctree, addnodes.index),
)
BOXED = "message", "cure"  # the kinds of boxes on a page about an error
# Under a page, about it or about others; lists of others.
LINES = {CSS_CLASS, "badges", "also-read", "lessons", "chapters"}
ERROR = re.compile(r"(?:\w+\.)*[A-Z]\w*(?:Error|Exception|Warning|Interrupt): ?.*")


# Of a paragraph the index has the first sentence, and those with a name in them:
# a_b, a.b, f(), aB, a=b, ABC.
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z])")
NAMED = re.compile(r"\w_\w|\w\.\w|\w\(|[a-z][A-Z]|\w=\w|[A-Z]{3}")
OPENING = 2  # the first paragraphs of a page, which it has as they are


@dataclass
class Block:
    """A section: its anchor ("" for the page itself), its heading, and what it says."""

    anchor: str
    heading: str
    text: list[str] = field(default_factory=list)


class Entry(TypedDict):
    """What is known of a page, as plain data: an environment that was kept by other code loads.

    ``errors`` are messages that its processes wrote, each with its section's anchor; of ``blocks``
    each has its anchor, its heading and its texts, of ``names`` each its anchor, itself and what is
    said of it.
    """

    title: str
    weight: float
    asked: list[str]
    errors: list[list[str]]
    blocks: list[list[str]]
    names: list[list[str]]


def entry_of(env: BuildEnvironment, name: str, document: nodes.document) -> Entry:
    """Read a page."""
    title = env.titles[name].astext() if name in env.titles else name
    aside = ASIDE in env.metadata[name]
    top = next(document.findall(nodes.section), document)
    blocks = [Block("", title, _description(document))] if aside else _blocks(top, "")
    return Entry(
        title=title,
        weight=HELPER if aside else LESSON if build_of(env).lesson_on(name) else PROSE,
        asked=list(asked_of(env, name)),
        errors=[] if aside else errors_in(document),
        blocks=[[block.anchor, block.heading, *block.text] for block in blocks],
        names=list(_names(document)) if name == NAMES else [],
    )


def _description(document: nodes.document) -> list[str]:
    named = (m for m in document.findall(nodes.meta) if m.get("name") == "description")
    return [str(meta["content"]) for meta in named]


def _blocks(section: nodes.Element, anchor: str) -> Iterator[Block]:
    """Yield a section and the sections in it, but none that every page has: no line has those."""
    block = Block(anchor, "")
    inner: list[nodes.section] = []
    terms: list[Block] = []
    for child in section.children:
        if isinstance(child, nodes.section):
            inner += [child] if child.line else []
        elif isinstance(child, addnodes.glossary):
            terms += map(_term, child.findall(nodes.definition_list_item))
        elif isinstance(child, nodes.title):
            block.heading = child.astext()
        else:
            block.text += _paragraphs(child)
    kept = 0 if anchor else OPENING
    block.text[kept:] = map(_shortened, block.text[kept:])
    yield block
    yield from terms
    for child in inner:
        yield from _blocks(child, child["ids"][0])


def _term(item: nodes.definition_list_item) -> Block:
    term = next(item.findall(nodes.term))
    said = [text for part in item.findall(nodes.definition) for text in _paragraphs(part)]
    return Block(next(iter(term["ids"]), ""), term.astext(), said)


def _names(document: nodes.document) -> Iterator[list[str]]:
    """Yield the names that a page lists."""
    for names in document.findall(nodes.definition_list):
        for item in names.findall(nodes.definition_list_item) if NAMES in names["classes"] else ():
            term, said = item.children
            assert isinstance(term, nodes.term)
            yield [term["ids"][0], next(term.findall(nodes.literal)).astext(), said.astext()]


def foreign(node: nodes.Node) -> bool:
    """Whether it holds what the search leaves out: code, transcripts, questions, downloads."""
    said = node.attributes if isinstance(node, nodes.Element) else {}
    shown = isinstance(node, cell) or said.get("kind") == BOXED[1]
    ours = type(node).__module__.startswith("gallery.") and not shown
    classes = said.get("classes", ())
    return ours or isinstance(node, LEFT_OUT) or not LINES.isdisjoint(classes)


def _shortened(text: str) -> str:
    first, *others = SENTENCE_END.split(text)
    return " ".join([first, *filter(NAMED.search, others)])


def _paragraphs(node: nodes.Node) -> Iterator[str]:
    if foreign(node):
        return
    if isinstance(node, nodes.paragraph | nodes.term | nodes.rubric):
        if text := " ".join(_words(node).split()):
            yield text
        return
    for child in node.children:
        yield from _paragraphs(child)


def _words(node: nodes.Node) -> str:
    """Return a paragraph's text; a bare reference to another page is that page's business."""
    if isinstance(node, addnodes.pending_xref) and node.get("reftype") in ("ref", "doc"):
        return node.astext() if node.get("refexplicit") else "…"
    if isinstance(node, nodes.Text):
        return str(node)
    return "".join(map(_words, node.children))


def errors_in(document: nodes.document) -> list[list[str]]:
    """Find the messages that a page is about, and in what the processes of its script wrote."""
    boxes = (b for b in document.findall(nodes.Element) if b.get("kind") == BOXED[0])
    shown = (block.astext() for box in boxes for block in box.findall(nodes.literal_block))
    found = {message: "" for text in shown for message in in_lines(text)}
    for node, anchor in _transcripts(next(document.findall(nodes.section), document), ""):
        for recording in load_all(node["files"]).values():
            for message in messages(recording, node["cell"]):
                found.setdefault(message, anchor)
    return [list(pair) for pair in found.items()]


def _transcripts(node: nodes.Element, anchor: str) -> Iterator[tuple[transcript, str]]:
    """Find the transcripts that a page does not show within something else, as questions do.

    Each comes with the anchor of the section that it is in.
    """
    for child in node.children:
        if isinstance(child, transcript):
            yield child, anchor
        elif isinstance(child, nodes.Element) and not foreign(child):
            inner = child["ids"][0] if isinstance(child, nodes.section) else anchor
            yield from _transcripts(child, inner)


def in_lines(text: str) -> Iterator[str]:
    """Yield the messages in a text; one that is longer than a line goes on indented."""
    for message in re.split(r"\n(?=\S)", text):
        yield " ".join(message.split())[:LONGEST]


def messages(recording: Recording, cell: int | None = None) -> Iterator[str]:
    """Yield the messages of errors in what the processes of a run wrote."""
    lines = [(line.process, line.text) for line in lines_of(recording, cell)]
    for number, (label, text) in enumerate(lines):
        if match := ERROR.search(text):
            message = match[0].strip()
            if message.endswith(":"):  # the message begins on the next line
                rest = [t.strip() for who, t in lines[number + 1 :] if who == label]
                message = " ".join([message, *takewhile(bool, rest)])
            yield message[:LONGEST]
