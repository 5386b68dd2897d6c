"""The ways through the site: its sections, what is in one of them, and where a page stands there.

A section is what the first page lists under one caption. The bar leads to all of them; beside a
page only its own is listed, with one of its chapters open. So what a page carries, and costs, does
not grow with the site. (The theme would have Sphinx resolve the whole tree for every page.) What is
listed as :data:`FOOTER` is at the foot of every page and not in the bar.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sphinx import addnodes

from gallery.lessons.build import build_of
from gallery.site import is_site, notes

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

KEPT = "navigation"
FOOTER = "For maintainers"


@dataclass(frozen=True)
class Link:
    """A page. ``below``: how deep in its list it is."""

    page: str
    title: str
    below: int = 0


@dataclass(frozen=True)
class Group:
    """A chapter: links that fold away. One without a title has links that are just there.

    ``front`` is where all of them are listed. A group that is not open has no links. ``number`` is
    0 where the chapter and its pages have none.
    """

    title: str = ""
    number: int = 0
    front: Link | None = None
    count: int = 0
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Shown:
    """What a page shows of the site.

    ``groups`` are in its ``section``. ``way`` leads from there down to the page, and ``place`` says
    where it stands at its end: "Lesson 2 of 5".
    """

    section: str
    groups: tuple[Group, ...]
    way: tuple[Link, ...]
    place: str
    sections: tuple[Link, ...]
    footer: tuple[Link, ...]


@dataclass(frozen=True)
class Section:
    """What a page lists under one caption, which may be empty: pages with their titles."""

    name: str
    pages: dict[str, str]

    @property
    def link(self) -> Link:
        """Its first page, by its name."""
        page, title = next(iter(self.pages.items()))
        return Link(page, self.name or title)


class Navigation:
    """What pages show of the site, as long as no page is read.

    ``short`` has titles for pages whose own are long; ``chapters`` are the pages to be numbered.
    """

    def __init__(
        self,
        env: BuildEnvironment,
        short: Mapping[str, str] | None = None,
        chapters: Collection[str] = (),
    ) -> None:
        self.env, self.short, self.chapters = env, short or {}, list(chapters)
        self.root = env.config.root_doc
        self.sections: dict[str, Section] = {}
        for tree in self.trees(self.root):
            name = tree.link.title
            before = self.sections[name].pages if name in self.sections else {}
            self.sections[name] = Section(name, before | tree.pages)
        self.parents: dict[str, str] = {}
        for page, included in sorted(env.toctree_includes.items()):
            for child in included:
                self.parents.setdefault(child, page)

    def trees(self, page: str) -> list[Section]:
        """Return what a page lists."""
        titles, found = self.env.titles, []
        for tree in self.env.tocs[page].findall(addnodes.toctree):
            pages = {
                ref: title or self.short.get(ref) or titles[ref].astext()
                for title, ref in tree["entries"]
                if ref in titles
            }
            if pages:
                found.append(Section(tree.get("caption") or "", pages))
        return found

    def path_to(self, page: str) -> list[str]:
        """Return the page and what it is below, without the first page."""
        path: list[str] = []
        while page and page != self.root and page not in path:
            path.append(page)
            page = self.parents.get(page, "")
        return path

    def section_of(self, page: str) -> Section | None:
        """Return the section that a page is in; the first page is in the first."""
        path, sections = self.path_to(page), list(self.sections.values())
        if page == self.root and sections:
            return sections[0]
        return next((s for s in sections if path and path[-1] in s.pages), None)

    @cached_property
    def related(self) -> dict[str, Any]:
        """For each page: what it is below, the page before, and the one after."""
        return dict(self.env.collect_relations())

    def leaves_section(self, page: str) -> tuple[bool, bool]:
        """Say whether the pages before and after it, where there are any, are in other sections."""
        here = self.section_of(page)
        before, after = (
            other is not None and self.section_of(other) != here
            for other in self.related.get(page, (None, None, None))[1:]
        )
        return before, after

    def of(self, page: str) -> Shown:
        """Return what a page shows; the first page shows the first section."""
        path, here = self.path_to(page), self.section_of(page)
        sections = list(self.sections.values())
        groups = tuple(self.groups(here, path)) if here else ()
        way = [here.link, *self.down(groups, path)] if here and path else []
        footer = self.sections.get(FOOTER, Section(FOOTER, {}))
        return Shown(
            here.name if here else "",
            groups,
            tuple(link for link in way if link.page != page),
            place(groups, page),
            tuple(s.link for s in sections if s is not footer),
            tuple(Link(*item) for item in footer.pages.items()),
        )

    def below(self, page: str, title: str) -> dict[str, str]:
        """Return the pages that a page lists; below "Quiz" the one of "Quiz: Pools" is "Pools"."""
        pages = {ref: name for tree in self.trees(page) for ref, name in tree.pages.items()}
        return {ref: name.removeprefix(f"{title}: ") for ref, name in pages.items()}

    def groups(self, section: Section, path: list[str]) -> Iterator[Group]:
        """Yield what is beside a page on this path.

        Where most pages of a section list others, those are its chapters; else all are one list.
        What the only page of a section lists counts as the section's own.
        """
        pages = section.pages
        listed = {page: self.below(page, title) for page, title in pages.items()}
        if len(pages) == 1:
            (front,) = pages
            pages = pages | listed.pop(front)
            path = [page for page in path if page != front]
            listed = {page: self.below(page, pages[page]) for page in pages if page != front}
        if sum(map(bool, listed.values())) <= len(listed) / 2:
            yield Group(links=tuple(self.links(pages, path)))
            return
        for page, title in pages.items():
            if inside := listed.get(page):
                number = self.chapters.index(page) + 1 if page in self.chapters else 0
                links = self.links(inside, path) if page in path else ()
                yield Group(title, number, Link(page, title), len(inside), tuple(links))
            else:
                yield Group(links=(Link(page, title),))

    def links(self, pages: dict[str, str], path: list[str], below: int = 0) -> Iterator[Link]:
        """Yield pages, and what is below those on the path."""
        for page, title in pages.items():
            yield Link(page, title, below)
            if page in path:
                rest = [other for other in path if other != page]
                yield from self.links(self.below(page, title), rest, below + 1)

    def down(self, groups: tuple[Group, ...], path: list[str]) -> Iterator[Link]:
        """Yield what is between a section's first page and the page of this path."""
        for group in groups:
            if group.front and group.links:
                yield group.front
            elif group.links:
                on_path = (link for link in group.links if link.page in path)
                yield from (link for link in on_path if link != groups[0].links[0])


def place(groups: tuple[Group, ...], page: str) -> str:
    """Say where a page of a numbered chapter, or the chapter, stands."""
    numbered = [group for group in groups if group.number]
    for group in numbered:
        pages = [link.page for link in group.links if not link.below]
        if page in pages:
            return f"Lesson {pages.index(page) + 1} of {len(pages)}"
        if group.front and group.front.page == page:
            return f"Chapter {group.number} of {len(numbered)}"
    return ""


class Said(dict[str, str]):
    """A digest of what is around each page."""


def navigation_of(app: Sphinx) -> Navigation:
    """Return what is known when all pages are read."""
    build = build_of(app)
    short = {build.page_of(x.name): x.short for x in build.lessons.values()}
    return Navigation(app.env, short, [build.page_of(f"{c.name}/index") for c in build.taught])


def changed(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages to be written again: around them, or before and after, are others now."""
    if not is_site(app):
        return []
    navigation = navigation_of(app)
    build_of(app).keep(navigation)
    said = {}
    for page in env.found_docs:
        related = navigation.related.get(page, ())
        around = [(name, env.titles[name].astext()) for name in related if name]
        seen = navigation.of(page), around, navigation.leaves_section(page)
        said[page] = sha256(repr(seen).encode()).hexdigest()[:16]
    build_of(app).keep(Said(said))
    before = notes.load(app, KEPT) or {}
    return [page for page, digest in said.items() if before.get(page) != digest]


def remember(app: Sphinx, exception: Exception | None) -> None:
    """Note what was written, once all of it was."""
    if not exception and is_site(app):
        notes.save(app, KEPT, build_of(app).kept(Said))


def tell_template(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give templates/page.html what it shows, and the theme no tree to resolve.

    The way from page to page ends where a section does.
    """
    if is_site(app):
        context.pop("toctree", None)
        navigation = build_of(app).kept(Navigation)
        context["navigation"] = navigation.of(name)
        for way, leaves in zip(("prev", "next"), navigation.leaves_section(name), strict=True):
            if leaves:
                context[way] = None


def setup(app: Sphinx) -> None:
    """Connect; the theme's handler comes later."""
    app.connect("env-updated", changed)
    app.connect("html-page-context", tell_template, priority=1)
    app.connect("build-finished", remember)
