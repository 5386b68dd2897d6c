"""The nodes that show what was recorded: they say what, and their writers say how.

A node names the recordings' files; HTML, text and Markdown are made of them when a page is
written. What a reader sees under each start method is thus in no file that Sphinx keeps.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from html import escape
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from gallery.in_words import in_words
from gallery.tabs import platform_of, preferred, recorded_on
from multitrack.recording import Line, Picture, Recording
from multitrack.script import START_METHODS
from multitrack.show import pictures as show_pictures
from multitrack.show import timeline as show_timeline
from multitrack.show import transcript as show_transcript
from multitrack.show.colours import colour_classes

Recordings = dict[str, Recording]  # by start method
LEGEND = "dot: a line was written; cross: ended badly; dashed: helper"


class cell(nodes.General, nodes.Element):
    """A cell of a lesson. Its children are its code, its pictures and what its processes wrote.

    Attributes: ``number``; ``file``, and ``first`` and ``last``, its lines there.
    """


class start_switch(nodes.General, nodes.Element):
    """The one choice of a start method on a page.

    Attributes: ``files``, as of ``recorded``; ``opens_on``, the start method that the page is best
    seen under, or ""; ``note``, why there are not all of them, or "".
    """


class recorded(nodes.General, nodes.Element):
    """Something that was recorded under several start methods.

    Attributes: ``files``, the recordings' paths by start method; ``cell``, its number, or None for
    the whole run; ``shown``, the start method whose variant says what all say, or "";
    ``note``, a sentence about it. Its children are the files that Sphinx is to copy.
    """


class transcript(recorded):
    """What processes wrote, and who lived then.

    ``empty``: nothing, under any start method; ``drawn``: whether the lives are shown where they
    say more than the lines; ``notes``, if there, are sentences about the lines by start method.
    """


class lives(recorded):
    """When all lived. ``linked``: the cells are on the same page.

    Without files, ``note`` says why there are none.
    """


class pictures(recorded):
    """The pictures that a cell's code made. Those of ``shown`` stand for all."""


class quoted_lines(nodes.General, nodes.Element):
    """Lines from elsewhere.

    Attributes: ``lines``, pairs of process and text; ``colours``, the CSS class of each process;
    ``label``, what they are.
    """


class folded(nodes.General, nodes.Element):
    """What a reader may open; ``summary`` says what it is. All of it where nothing folds."""


# -- what a node says ---------------------------------------------------------------------------


def load(file: Path | str) -> Recording:
    """Load a recording, once as long as its file does not change; raises RecordingError."""
    path = Path(file)
    return _load(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=512)
def _load(path: Path, changed: int) -> Recording:
    return Recording.load(path)


def load_all(files: dict[str, Path]) -> Recordings:
    """Load the recordings of several start methods; raises RecordingError."""
    return {method: load(file) for method, file in files.items()}


def transcript_of(
    files: dict[str, Path],
    cell: int | None,
    note: str = "",
    drawn: bool = True,
    *,
    env: BuildEnvironment,
) -> transcript:
    """Return what processes wrote."""
    recordings = load_all(files)
    written = _written(recordings, cell)
    node = transcript(files=files, cell=cell, shown="", note=note, drawn=drawn)
    node["empty"] = not any(
        lines or (drawn and show_timeline.has_slice(recordings[m], cell, False))
        for m, lines in written.items()
    )
    if len(written) > 1 and show_transcript.same_lines(recordings, written):
        node["shown"] = preferred(written)
    for method, recording in recordings.items():
        if recording.full and recording.full.file and _unshown(recording, cell):
            file = files[method].with_name(recording.full.file)
            node += addnodes.download_reference(reftarget=_address(file, env), method=method)
    return node


def lives_of(files: dict[str, Path], note: str = "", linked: bool = False) -> lives:
    """Return the lives of all processes."""
    return lives(files=files, cell=None, shown="", note=note, linked=linked)


def pictures_of(files: dict[str, Path], cell: int, *, env: BuildEnvironment) -> pictures | None:
    """Return the pictures of a cell; None where none was made under any start method."""
    recordings = load_all(files)
    made = {m: _made(r, cell) for m, r in recordings.items()}
    if not any(made.values()):
        return None

    def look(method: str, picture: Picture) -> tuple[object, ...]:
        """Return what two pictures that look the same have in common."""
        kept = picture.file and files[method].with_name(picture.file).read_bytes()
        return picture.title, picture.saved, picture.left_out, kept

    looks = [[look(m, p) for p in made[m]] for m in made]
    node = pictures(files=files, cell=cell, shown="", note="")
    if len(made) > 1 and all(one == looks[0] for one in looks):
        node["shown"] = preferred(made)
    for method in _methods(node):
        for picture in made[method]:
            if not picture.left_out:
                file = files[method].with_name(picture.file)
                node += nodes.image(
                    uri=_address(file, env), alt=picture.title, method=method, name=picture.file
                )
    return node


def _address(file: Path, env: BuildEnvironment) -> str:
    """Return a file as Sphinx names it, from the folder of the pages."""
    return "/" + Path(os.path.relpath(file, env.srcdir)).as_posix()


def _written(recordings: Recordings, cell: int | None) -> dict[str, list[Line]]:
    return {m: show_transcript.lines_of(r, cell) for m, r in recordings.items()}


def _methods(node: recorded) -> list[str]:
    return [node["shown"]] if node["shown"] else list(node["files"])


def _made(recording: Recording, cell: int) -> list[Picture]:
    return [picture for picture in recording.pictures if picture.cell == cell]


def _unshown(recording: Recording, cell: int | None) -> str:
    """Say what of a cell's lines is only in the full text; empty where that is nothing."""
    unshown = sum(c.unshown for c in recording.cells if cell in (None, c.number))
    if unshown:
        return f"{unshown:,} more lines"
    cut = any(line.cut for line in show_transcript.lines_of(recording, cell))
    return "Long lines are cut here; all of it" if cut else ""


# -- HTML ---------------------------------------------------------------------------------------


def visit_cell(self: Any, node: cell) -> None:
    """Begin the box; its number is the link to it."""
    number, (anchor, *_) = node["number"], node["ids"]
    self.body.append(
        f'<section class="cell" id="{anchor}" aria-label="Cell {number}"><p class="head">'
        f'<a class="no" href="#{anchor}">Cell <b>{number}</b></a> '
        f'<span class="file">{escape(node["file"])},</span> '
        f"<span>lines {node['first']} to {node['last']}</span></p>\n"
    )


def depart_cell(self: Any, node: cell) -> None:
    """End it."""
    self.body.append("</section>\n")


def visit_switch(self: Any, node: start_switch) -> None:
    """Write the choice, which works without JavaScript, and say where the runs were recorded."""
    recordings = load_all(node["files"])
    choices = ""
    opens_on = node["opens_on"] or next(iter(recordings))
    for method, recording in recordings.items():
        checked = " checked" if method == opens_on else ""
        choices += (
            f'<input type="radio" name="start" id="start-{method}" value="{method}"{checked}>'
            f'<label for="start-{method}"><b>{method}</b> '
            f"<small>{escape(platform_of(recording))}</small></label>"
        )
    if len(recordings) > 1:
        self.body.append(
            f'<fieldset class="switch"><legend>Start method</legend>{choices}</fieldset>'
        )
    self.body.append(f'<p class="switch-note">{escape(switch_note(node))}</p>\n')
    raise nodes.SkipNode


def switch_note(node: start_switch) -> str:
    """Say where a page's runs were recorded, and why not under all start methods."""
    on = recorded_on(load_all(node["files"]).values())
    return " ".join(filter(None, [node["note"], f"Recorded on {on}."]))


def visit_recorded(self: Any, node: recorded) -> None:
    """Write the variants, each with its name, which counts where all of them are to be seen."""
    recordings = load_all(node["files"])
    kind = {transcript: "transcript", lives: "timeline", pictures: "pictures"}[type(node)]
    variants = _variants(node, recordings, self.builder)
    some = "" if variants.keys() >= set(START_METHODS) else " some"  # the style asks which
    self.body.append(f'<div class="recorded {kind}{some}">')
    for method, html in variants.items():
        if isinstance(node, pictures) and node["shown"]:
            self.body.append(html)
            continue
        self.body.append(
            f'<div class="variant" data-start="{method}"><p class="variant-name">{method} '
            f"<small>{escape(platform_of(recordings[method]))}</small></p>{html}</div>"
        )
    if isinstance(node, lives) and recordings:
        self.body.append(f'<p class="legend">{LEGEND}</p>')
    self.body.append(f"{_note(node['note'])}</div>\n")
    raise nodes.SkipNode


def _note(words: str) -> str:
    return f'<p class="recorded-note">{escape(words)}</p>' if words else ""


def _variants(node: recorded, recordings: Recordings, builder: Any) -> dict[str, str]:
    """Return the HTML by start method."""
    if isinstance(node, pictures):
        return {m: _pictures(node, m, recordings[m], builder) for m in _methods(node)}
    classes = colour_classes(recordings.values())
    if isinstance(node, transcript):
        written = _written(recordings, node["cell"])
        sameness = _sameness(recordings, written)
        notes: dict[str, str] = node.get("notes", {})
        return {
            method: f'<p class="says"><b>What every process wrote</b> {sameness[method]}</p>'
            + _transcript(node, recording, written[method], classes, builder)
            + _note(notes.get(method, ""))
            for method, recording in recordings.items()
        }
    return {m: show_timeline.html_of(r, classes, node["linked"]) for m, r in recordings.items()}


def _transcript(
    node: transcript,
    recording: Recording,
    lines: list[Line],
    classes: dict[str, str],
    builder: Any,
) -> str:
    """Return the lines, and below them who lived then."""
    cell = node["cell"]
    items = show_transcript.said_in(recording, lines)
    label = f"Output of {f'cell {cell}' if cell else 'the run'}, {recording.start_method}"
    html = show_transcript.html_of(recording, items, classes, label)
    html += _rest(node, recording, builder)
    if node["drawn"] and show_timeline.has_slice(recording, cell, bool(lines)):
        dots = show_transcript.dots_of(items)
        html += show_timeline.slice_of(recording, classes, cell, dots)
    return html


def _sameness(recordings: Recordings, written: dict[str, list[Line]]) -> dict[str, str]:
    """Say for each start method which others wrote the same; those that differ switch."""
    if len(recordings) < 2 or not any(written.values()):
        return dict.fromkeys(recordings, "")
    same = {
        frozenset(two): show_transcript.same_lines(recordings, {m: written[m] for m in two})
        for two in combinations(recordings, 2)
    }
    everywhere = {2: "both", 3: "all three"}[len(recordings)]
    if show_transcript.same_order(recordings, written):
        alike = f"<span>the same under {everywhere}</span>"
    else:
        alike = f"<span>the same lines under {everywhere}; the order may differ</span>"

    def said(method: str) -> str:
        others = [m for m in recordings if m != method and not same[frozenset((method, m))]]
        if not others:
            return alike
        return f"<span>differs under {in_words(f'<i data-show={m}>{m}</i>' for m in others)}</span>"

    return {method: said(method) for method in recordings}


def _rest(node: transcript, recording: Recording, builder: Any) -> str:
    """Offer the full text where a recording does not hold all."""
    for link in node.findall(addnodes.download_reference):
        if link["method"] == recording.start_method and recording.full:
            address = escape(posixpath.join(builder.dlpath, quote(link["filename"])))
            return (
                f'<p class="unshown">{_unshown(recording, node["cell"])}: '
                f'<a class="reference download" download href="{address}">'
                f"the whole output of the run as text</a> ({recording.full.lines:,} lines, "
                f"{recording.full.bytes / 1e6:.1f} MB)</p>"
            )
    return ""


def _pictures(node: pictures, method: str, recording: Recording, builder: Any) -> str:
    files = {
        image["name"]: posixpath.join(builder.imgpath, quote(builder.images[image["uri"]]))
        for image in node.findall(nodes.image)
        if image["method"] == method
    }
    made = _made(recording, node["cell"])
    html = "".join(show_pictures.html_of(p, lambda picture: files[picture.file]) for p in made)
    return html or '<p class="silent">No pictures.</p>'


def visit_quoted(self: Any, node: quoted_lines) -> None:
    """Write the lines as in a transcript."""
    html = show_transcript.quoted_html(node["lines"], node["colours"], node["label"])
    self.body.append(f'<div class="recorded transcript">{html}</div>\n')
    raise nodes.SkipNode


def visit_folded(self: Any, node: folded) -> None:
    """Begin a details element."""
    self.body.append(f'<details class="folded"><summary>{escape(node["summary"])}</summary>\n')


def depart_folded(self: Any, node: folded) -> None:
    """End it."""
    self.body.append("</details>\n")


# -- text and Markdown --------------------------------------------------------------------------


def visit_plain(self: Any, node: nodes.Element) -> None:
    """Have the writer show the same as paragraphs, blocks and lists."""
    write_before(self, node, plain(node))
    raise nodes.SkipNode


def write_before(self: Any, node: nodes.Element, parts: Iterable[nodes.Node]) -> None:
    """Have a writer of text or Markdown write docutils' own nodes in the place of one of ours."""
    for part in parts:
        node.parent.insert(node.parent.index(node), part)  # a writer asks for what is around
        part.walkabout(self)


def plain(node: nodes.Element) -> Iterator[nodes.Node]:
    """Say in docutils' own nodes what a node of ours says."""
    if isinstance(node, folded):
        yield nodes.paragraph("", f"{node['summary']}:")
        yield from (child.deepcopy() for child in node.children)
        return
    if isinstance(node, quoted_lines):
        yield block(show_transcript.text_of([Line(who, 1, 0.0, t) for who, t in node["lines"]]))
        return
    if isinstance(node, start_switch):
        yield nodes.paragraph("", switch_note(node))
        return
    assert isinstance(node, recorded)
    recordings = load_all(node["files"])
    written = _written(recordings, node["cell"])
    if isinstance(node, transcript) and not any(written.values()):
        return
    for method in _methods(node):
        if not node["shown"]:
            run = "The run under" if isinstance(node, lives) else "Under"
            yield nodes.paragraph("", "", nodes.strong("", f"{run} {method}:"))
        yield from _plain(node, recordings[method])
    if node["shown"] and isinstance(node, transcript):
        order = show_transcript.same_order(recordings, written)
        chance = "" if order else "; only their order is a matter of chance"
        yield nodes.paragraph("", f"The same lines under {in_words(written)}{chance}.")
    for words in filter(None, [*node.get("notes", {}).values(), node["note"]]):
        yield nodes.paragraph("", words)


def _plain(node: recorded, recording: Recording) -> Iterator[nodes.Element]:
    if isinstance(node, lives):
        items = (
            nodes.list_item("", nodes.paragraph("", sentence))
            for sentence in show_timeline.words(recording)
        )
        yield nodes.bullet_list("", *items)
        yield nodes.paragraph("", show_timeline.evidence(recording))
    elif isinstance(node, transcript):
        lines = show_transcript.lines_of(recording, node["cell"])
        yield block(show_transcript.text_of(lines, recording.name_of))
    else:
        for picture in _made(recording, node["cell"]):
            if picture.left_out:
                yield nodes.paragraph("", show_pictures.words(picture))
                continue
            of_picture = (i for i in node.findall(nodes.image) if i["name"] == picture.file)
            yield nodes.paragraph("", "", *(image.deepcopy() for image in of_picture))


def begin_section(document: nodes.document, title: str, anchor: str = "") -> nodes.section:
    """Return a new section to which a reader can link, by its title or by another anchor."""
    name = anchor or nodes.fully_normalize_name(title)
    section = nodes.section("", nodes.title("", title), names=[name])
    document.note_implicit_target(section, section)
    return section


def block(text: str, language: str = "none") -> nodes.literal_block:
    """Return a block of text, or of a program."""
    return nodes.literal_block(text, text, language=language)


# -- Sphinx -------------------------------------------------------------------------------------

Visit = Callable[[Any, Any], None]


def nothing(self: Any, node: nodes.Node) -> None:
    """Nothing to begin, or to close."""


def skip(self: Any, node: nodes.Node) -> None:
    """Leave out what this form of a page does not have."""
    raise nodes.SkipNode


def add_node(
    app: Sphinx,
    node: type[nodes.Element],
    visit: Visit,
    depart: Visit = nothing,
    plain: Visit = skip,
) -> None:
    """Register a node: how HTML shows it, and how text and Markdown do."""
    app.add_node(node, html=(visit, depart), text=(plain, nothing), markdown=(plain, nothing))


def setup(app: Sphinx) -> None:
    """Register the nodes."""
    add_node(app, cell, visit_cell, depart_cell, plain=nothing)
    add_node(app, start_switch, visit_switch, plain=visit_plain)
    for node in (transcript, lives, pictures):
        add_node(app, node, visit_recorded, plain=visit_plain)
    add_node(app, quoted_lines, visit_quoted, plain=visit_plain)
    add_node(app, folded, visit_folded, depart_folded, plain=visit_plain)
