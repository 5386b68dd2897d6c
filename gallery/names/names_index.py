"""The index of all names, and of those that a chapter uses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from gallery import facts
from gallery.lessons.build import build_of
from gallery.lessons.links import cell_link, lesson_link, link_to
from gallery.lessons.lists import ListDirective
from gallery.names.catalogue import Catalogue, Taught
from gallery.names.found import names_file
from gallery.names.manual import Name
from gallery.nodes import begin_section, folded


class NamesDirective(ListDirective):
    """What lists names, in a section for each module; those that no lesson uses are folded."""

    def lists(self, names: Iterable[Name]) -> list[nodes.section]:
        """Return the sections."""
        self.catalogue = build_of(self.env).kept(Catalogue)
        modules: dict[str, list[Name]] = {}
        for name in names:
            modules.setdefault(self.catalogue.manual.module_of(name), []).append(name)
        return [self.module(module, held) for module, held in modules.items()]

    def module(self, module: str, names: list[Name]) -> nodes.section:
        """Show a module's names."""
        section = begin_section(self.state.document, module, f"names in {module}")
        if used := [name for name in names if self.catalogue.counts[name.full]]:
            section += self.entries(used)
        unused = [name for name in names if not self.catalogue.counts[name.full]]
        for said, meant in ("that no lesson uses yet", False), ("that no lesson is about", True):
            if folds := [name for name in unused if bool(name.why_not) is meant]:
                many = f"{len(folds)} names" if len(folds) > 1 else "1 name"
                section += folded("", self.entries(folds), summary=f"{many} {said}")
        return section

    def entries(self, names: Iterable[Name]) -> nodes.definition_list:
        """List names."""
        return nodes.definition_list("", *map(self.entry, names), classes=["names"])

    def entry(self, name: Name) -> nodes.definition_list_item:
        """Return a name with its kind, and where it is used."""
        link = nodes.reference("", "", nodes.literal("", name.short), refuri=name.address)
        term = nodes.term("", "", link, ids=[name.full])
        term += [nodes.Text(" "), nodes.inline("", name.kind, classes=["names-kind"])]
        return nodes.definition_list_item("", term, nodes.definition("", self.used(name, term)))

    def used(self, name: Name, term: nodes.term) -> nodes.Element:
        """Say where a name is used."""
        raise NotImplementedError


class NamesIndex(NamesDirective):
    """``.. names-index::``: every name, with the chapters that use it."""

    def run(self) -> list[nodes.Node]:
        """Link each to the manual and to the chapters' lists."""
        catalogue, build = build_of(self.env).kept(Catalogue), build_of(self.env)
        facts.state(self.env, "uses of names")
        facts.state(self.env, "lists of lessons")
        self.env.note_dependency(str(names_file(facts.app_of(self.env))))
        names = list(catalogue.manual)
        unused = [name for name in names if not catalogue.counts[name.full]]
        meant = sum(bool(name.why_not) for name in unused)
        said = (
            f"{len(names)} names: {len(names) - len(unused)} are in the code of at least one of "
            f"the {len(catalogue.lessons)} lessons and errors, {len(unused) - meant} not yet. Of "
            f"{meant} the list says why no lesson is about them."
        )
        pages = [f"names/{chapter.name}" for chapter in build.chapters]
        return [
            nodes.paragraph("", said, classes=["names-count"]),
            *self.lists(names),
            self.tree(pages),
        ]

    def used(self, name: Name, term: nodes.term) -> nodes.Element:
        """Name the chapters, and how many of their lessons use it."""
        using = self.catalogue.using(name.full)
        if not using:
            words = name.why_not or "not yet in a lesson"
            return nodes.paragraph("", words, classes=["names-unused"])
        said = nodes.paragraph()
        for chapter in build_of(self.env).chapters:
            count = sum(taught.chapter == chapter.name for taught in using)
            if count:
                target = label(chapter.name, name)
                link = link_to("ref", target, nodes.inline("", chapter.title))
                said += [nodes.Text(", " if said.children else ""), link, nodes.Text(f" ({count})")]
        return said


class NamesOfChapter(NamesDirective):
    """``.. names-of-chapter:: pools``: the names that a chapter uses, with lessons and cells."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Show only what is used."""
        self.chapter = self.arguments[0]
        facts.state(self.env, "uses of names", self.chapter)
        catalogue = build_of(self.env).kept(Catalogue)
        return [*self.lists(name for name in catalogue.manual if self.using(catalogue, name))]

    def using(self, catalogue: Catalogue, name: Name) -> list[Taught]:
        """Return the chapter's lessons that use a name."""
        return [x for x in catalogue.using(name.full) if x.chapter == self.chapter]

    def used(self, name: Name, term: nodes.term) -> nodes.Element:
        """Name the lessons and their cells."""
        term["names"] = [label(self.chapter, name)]
        self.state.document.note_explicit_target(term)
        items = nodes.bullet_list()
        for taught in self.using(self.catalogue, name):
            text = nodes.paragraph("", "", lesson_link(self.env, taught.lesson))
            for place, number in enumerate(taught.cells[name.full]):
                text += nodes.Text(", " if place else ": ")
                text += cell_link(self.env, taught.lesson, number)
            items += nodes.list_item("", text)
        return items


def label(chapter: str, name: Name) -> str:
    """Return the label of a name in a chapter's list."""
    return f"names-{chapter}-{name.full}".lower()


def uses(app: Sphinx, chapter: str) -> object:
    """Tell the uses in a chapter, or in all lessons, apart."""
    lessons = build_of(app).kept(Catalogue).lessons
    return [x for x in lessons if chapter in ("", x.chapter)]


def add_files(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the index its style and its filter."""
    if doctree is not None and any(
        "names" in found["classes"] for found in doctree.findall(nodes.definition_list)
    ):
        app.add_css_file("names.css")
        if page == "names":
            app.add_js_file("names.js", loading_method="defer", blocking="render")
