"""The navigation beside a page: the section that the page is in, and the way to the others.

A section is a toctree of the first page. Of its pages only those on the way to the page that is
shown are opened, so what a page carries, and costs, does not grow with the site. (The theme would
have Sphinx resolve the whole tree for every page.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Entry:
    """A page in the list. ``on_path``: it is the page that is shown, or that page is below it."""

    page: str
    title: str
    on_path: bool = False
    children: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Shown:
    """What is beside a page; no ``entries`` where it is in no section."""

    section: str
    entries: tuple[Entry, ...]
    others: tuple[Entry, ...]


@dataclass(frozen=True)
class Section:
    """A toctree of the first page: its caption, and its pages with their titles."""

    name: str
    pages: dict[str, str]

    @property
    def first(self) -> str:
        """Its first page, to which links to the section lead."""
        return next(iter(self.pages))


class Navigation:
    """What is beside pages, as long as no page is read."""

    def __init__(self, env: BuildEnvironment) -> None:
        self.env = env
        self.root = env.config.root_doc
        self.sections = list(self.trees(self.root))
        self.parents: dict[str, str] = {}
        for page, included in sorted(env.toctree_includes.items()):
            for child in included:
                self.parents.setdefault(child, page)

    def trees(self, page: str) -> Iterator[Section]:
        """Yield the toctrees of a page; one without a caption is named for its first page."""
        titles = self.env.titles
        for tree in self.env.tocs[page].findall(addnodes.toctree):
            pages = {
                ref: title or titles[ref].astext()
                for title, ref in tree["entries"]
                if ref in titles
            }
            if pages:
                yield Section(tree.get("caption") or next(iter(pages.values())), pages)

    def path_to(self, page: str) -> list[str]:
        """Return the page and what it is below, without the first page."""
        path: list[str] = []
        while page and page != self.root and page not in path:
            path.append(page)
            page = self.parents.get(page, "")
        return path

    def of(self, page: str) -> Shown:
        """Return what is beside a page; the first page shows the first section."""
        path = self.path_to(page)
        here = [s for s in self.sections if page == self.root or (path and path[-1] in s.pages)][:1]
        return Shown(
            here[0].name if here else "",
            tuple(self.opened(here, set(path))),
            tuple(Entry(s.first, s.name) for s in self.sections if s not in here),
        )

    def opened(self, trees: Iterable[Section], path: set[str]) -> Iterator[Entry]:
        """Yield the pages of toctrees, with what is below those on the path."""
        for tree in trees:
            for page, title in tree.pages.items():
                below = self.opened(self.trees(page), path - {page}) if page in path else ()
                yield Entry(page, title, page in path, tuple(below))


class Said(dict[str, str]):
    """A digest of what is around each page."""


def changed(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages to be written again: beside them, or before and after, are others now."""
    if not is_site(app):
        return []
    navigation = Navigation(env)
    build_of(app).keep(navigation)
    related = env.collect_relations()
    said = {}
    for page in env.found_docs:
        around = [(name, env.titles[name].astext()) for name in related.get(page, ()) if name]
        said[page] = sha256(repr((navigation.of(page), around)).encode()).hexdigest()[:16]
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
    """Give templates/sidebar/navigation.html what it shows, and the theme no tree to resolve."""
    if is_site(app):
        context.pop("toctree", None)
        context["navigation"] = build_of(app).kept(Navigation).of(name)


def setup(app: Sphinx) -> None:
    """Connect; the theme's handler comes later."""
    app.connect("env-updated", changed)
    app.connect("html-page-context", tell_template, priority=1)
    app.connect("build-finished", remember)
