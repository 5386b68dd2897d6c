"""The names on the site: an index of all, an anchor for each cell, and what to read besides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective

from gallery.build import lesson_files, read_all
from gallery.evidence.pages import folded
from gallery.names import manual
from gallery.names.catalogue import Catalogue, Related, Taught, taught_by
from gallery.names.manual import ManualError, Name, read_manual
from gallery.page import app_of, link_to
from gallery.quiz.page import lesson_link
from gallery.replay import in_reading_order

HEADING = "Also read"
SAID = 4  # names that are said of a related lesson
FOLD_ABOVE = 8  # lessons that use a name

_catalogues: WeakKeyDictionary[Sphinx, Catalogue] = WeakKeyDictionary()


def look(app: Sphinx) -> None:
    """Find all uses, once for the whole build.

    Raises ExtensionError, which ends the build, with each line of the list of names that is
    wrong: file, line and the way out.
    """
    try:
        names = read_manual(names_file(app))
    except ManualError as error:
        raise ExtensionError(f"names that cannot be listed:\n{error}") from None
    lessons, _ = read_all(lesson_files(app))  # the build has said which cannot be read
    taught = (taught_by(lesson, names) for lesson in in_reading_order(app, lessons))
    _catalogues[app] = Catalogue(names, tuple(taught))


def names_file(app: Sphinx) -> Path:
    """Return the list of the manual's names."""
    return Path(app.confdir, app.config.names_file) if app.config.names_file else manual.FILE


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Have the pages read again that say something of other lessons which is no longer so."""
    catalogue = _catalogues[app]
    pages = app.config.sphinx_gallery_conf["gallery_dirs"]
    now = {f"{pages}/{t.lesson}": digest(catalogue.related(t.lesson)) for t in catalogue.lessons}
    index = digest([[t.lesson, t.title, t.cells] for t in catalogue.lessons])
    now |= dict.fromkeys(getattr(env, "names_indexes", ()), index)
    before: dict[str, str] = getattr(env, "names_shown", {})
    env.names_shown = now  # type: ignore[attr-defined]
    return [doc for doc in now if now[doc] != before.get(doc) and doc in env.all_docs]


def digest(shown: object) -> str:
    """Return a mark of what a page shows."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def forget(app: Sphinx, env: BuildEnvironment, name: str) -> None:
    """Forget that a page has the index: it is read again."""
    getattr(env, "names_indexes", set()).discard(name)


def merge(app: Sphinx, env: BuildEnvironment, names: set[str], other: BuildEnvironment) -> None:
    """Take over what another process has read."""
    found = getattr(env, "names_indexes", set()) | (getattr(other, "names_indexes", set()) & names)
    env.names_indexes = found  # type: ignore[attr-defined]


# -- cells --------------------------------------------------------------------------------------


class cell_mark(nodes.Invisible, nodes.Element):
    """Stands after the code of a cell until :class:`CellAnchors`. Attribute: ``number``."""


class CellDirective(SphinxDirective):
    """``.. cell:: 3``, after a cell's code."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave a mark."""
        return [cell_mark(number=directives.positive_int(self.arguments[0]))]


def cell_label(pages: str, lesson: str, number: int) -> str:
    """Return the label by which pages refer to a lesson's cell."""
    return f"sphx_glr_{pages}_{lesson.replace('/', '_')}.py:cell-{number}".lower()


class CellAnchors(SphinxTransform):
    """Puts an anchor, ``#cell-3``, with a label before the code of each cell."""

    default_priority = 405

    def apply(self, **kwargs: object) -> None:
        """Replace the marks. A link to a cell without an anchor fails the build by itself."""
        pages = self.config.sphinx_gallery_conf["gallery_dirs"]
        lesson = self.env.docname.removeprefix(f"{pages}/")
        for mark in list(self.document.findall(cell_mark)):
            siblings, place = mark.parent.children, mark.parent.index(mark)
            # sphinx-gallery shows the output of a script with one block of code before the code.
            near = [*siblings[place - 1 : place], *siblings[place:]]
            code = next((n for n in near if isinstance(n, nodes.literal_block)), None)
            if code is not None:
                # An element of its own: sphinx-gallery replaces the block when it is written.
                label = cell_label(pages, lesson, mark["number"])
                anchor = nodes.target("", "", ids=[f"cell-{mark['number']}"], names=[label])
                self.document.note_explicit_target(anchor)
                mark.parent.insert(mark.parent.index(code), anchor)
            mark.parent.remove(mark)


# -- what else to read --------------------------------------------------------------------------


class AlsoRead(SphinxTransform):
    """Names the lessons that have most in common with one, at the end of its page."""

    default_priority = 415  # after the questions, before the downloads

    def apply(self, **kwargs: object) -> None:
        """Add a section; nothing on pages that are no lesson's."""
        pages = self.config.sphinx_gallery_conf["gallery_dirs"]
        name = self.env.docname.removeprefix(f"{pages}/")
        catalogue = _catalogues[app_of(self.env)]
        found = catalogue.related(name) if name != self.env.docname else []
        if not found:
            return
        label = nodes.fully_normalize_name(HEADING)
        section = nodes.section("", nodes.title("", HEADING), names=[label])
        self.document.note_implicit_target(section, section)
        items = (self.item(related, catalogue, pages) for related in found)
        section += nodes.bullet_list("", *items, classes=["also-read"])
        top = next(iter(self.document.findall(nodes.section)))
        top += section
        for footer in list(self.document.findall(nodes.container)):
            if "sphx-glr-footer" in footer["classes"]:
                footer.parent.remove(footer)
                top += footer

    def item(self, related: Related, catalogue: Catalogue, pages: str) -> nodes.list_item:
        """Name a lesson, and what it has in common with this one."""
        text = nodes.paragraph("", "", lesson_link(related.lesson, related.title, pages))
        names = [catalogue.manual.names[name].short for name in related.shared]
        text += nodes.Text(", which also uses ")
        text += list(listed(names))
        return nodes.list_item("", text)


def listed(names: list[str]) -> Iterator[nodes.Node]:
    """Say the first names, and how many more there are."""
    parts: list[nodes.Node] = [nodes.literal("", name) for name in names[:SAID]]
    if len(names) > SAID:
        parts.append(nodes.Text(f"{len(names) - SAID} more"))
    for number, part in enumerate(parts):
        if number:
            yield nodes.Text(" and " if number == len(parts) - 1 else ", ")
        yield part


# -- the index ----------------------------------------------------------------------------------


class NamesIndex(SphinxDirective):
    """``.. names-index::``: every name, linked to the manual and to the cells that use it."""

    def run(self) -> list[nodes.Node]:
        """Show a section for each module, in it one for each class that has members."""
        app = app_of(self.env)
        self.catalogue = _catalogues[app]
        self.pages = app.config.sphinx_gallery_conf["gallery_dirs"]
        self.env.note_dependency(str(names_file(app)))
        indexes = getattr(self.env, "names_indexes", set()) | {self.env.docname}
        self.env.names_indexes = indexes  # type: ignore[attr-defined]
        names = list(self.catalogue.manual)
        used = sum(1 for name in names if self.catalogue.counts[name.full])
        said = (
            f"{len(names)} names: {used} are in at least one of {len(self.catalogue.lessons)} "
            f"lessons, {len(names) - used} not yet."
        )
        modules: dict[str, list[Name]] = {}
        for name in names:
            modules.setdefault(self.catalogue.manual.module_of(name), []).append(name)
        return [
            nodes.paragraph("", said, classes=["names-count"]),
            *(self.module(module, held) for module, held in modules.items()),
        ]

    def module(self, module: str, names: list[Name]) -> nodes.section:
        """Show a module's own names, then its classes."""
        classes = {n.full for n in names if n.kind == "class"}
        members: dict[str, list[Name]] = {}
        for name in names:
            owner = name.full.rpartition(".")[0]
            if owner in classes:
                members.setdefault(owner, []).append(name)
        held = {name.full for group in members.values() for name in group} | members.keys()
        section = self.section(module, nodes.Text(module))
        if own := [name for name in names if name.full not in held]:
            section += self.entries(own)
        for cls, group in members.items():
            inner = self.section(cls, nodes.Text(cls.rpartition(".")[2]))
            inner += self.entries([self.catalogue.manual.names[cls], *group])
            section += inner
        return section

    def section(self, full: str, title: nodes.Node) -> nodes.section:
        """Begin a section."""
        section = nodes.section("", nodes.title("", "", title), names=[f"names in {full}"])
        self.state.document.note_implicit_target(section, section)
        return section

    def entries(self, names: Iterable[Name]) -> nodes.definition_list:
        """List names."""
        return nodes.definition_list("", *map(self.entry, names), classes=["names"])

    def entry(self, name: Name) -> nodes.definition_list_item:
        """Return a name with its kind, and where it is used."""
        link = nodes.reference("", "", nodes.literal("", name.short), refuri=name.address)
        term = nodes.term("", "", link, ids=[name.full])
        term += [nodes.Text(" "), nodes.inline("", name.kind, classes=["names-kind"])]
        using = self.catalogue.using(name.full)
        where: nodes.Element
        if not using:
            where = nodes.paragraph("", "not yet in a lesson", classes=["names-unused"])
        else:
            where = nodes.bullet_list("", *(self.use(taught, name) for taught in using))
            if len(using) > FOLD_ABOVE:
                where = folded("", where, summary=f"in {len(using)} lessons")
        return nodes.definition_list_item("", term, nodes.definition("", where))

    def use(self, taught: Taught, name: Name) -> nodes.list_item:
        """Name a lesson and its cells."""
        text = nodes.paragraph("", "", lesson_link(taught.lesson, taught.title, self.pages))
        for place, number in enumerate(taught.cells[name.full]):
            text += nodes.Text(", " if place else ": ")
            text += cell_link(self.pages, taught.lesson, number)
        return nodes.list_item("", text)


def cell_link(pages: str, lesson: str, number: int) -> addnodes.pending_xref:
    """Return a link to a lesson's cell."""
    return link_to("ref", cell_label(pages, lesson, number), nodes.inline("", f"cell {number}"))


# -- Sphinx -------------------------------------------------------------------------------------


def add_files(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the index its style and its filter."""
    if doctree is not None and page in getattr(app.env, "names_indexes", ()):
        app.add_css_file("names.css")
        if app.builder.name != "epub":  # a book runs no scripts
            app.add_js_file("names.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register all of it."""
    app.add_config_value("names_file", "", "env", str)
    app.add_node(cell_mark)
    app.add_directive("cell", CellDirective)
    app.add_directive("names-index", NamesIndex)
    app.add_transform(CellAnchors)
    app.add_transform(AlsoRead)
    app.connect("builder-inited", look, priority=110)  # after the lessons are recorded
    app.connect("env-get-outdated", outdated)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("html-page-context", add_files)
