"""Which styles and scripts a page loads: what all pages need is one file of each kind.

The theme and the parts would have a page load a dozen of each. Put together they are
``site-pages.css`` and ``site-pages.js``, whose addresses end with a sum of their contents.

The theme's own style sheets and script are not among them: they dress the pages of any project, in
15 kB after compression, and where a rule of theirs is of use here it says something else than ours.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from docutils import nodes
from rcssmin import cssmin
from rjsmin import jsmin

from gallery.lessons.build import build_of
from gallery.site import is_site
from gallery.site.code_colours import stylesheet
from gallery.site.policy import INLINE

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NAME = "site-pages"
# Files that would be loaded on every page, and the class that a page has where one is of use.
USED_WITH = {
    "cheat-sheet.css": "cheat-sheet",
    "decision.css": "decision",
    "glossary.css": "letters",
}
NOT_USED = {
    # Of use to Sphinx's search, which search/ replaces. (sphinx_highlight.js also makes a link with
    # a "javascript:" address, which the policy of policy.py forbids.)
    *("documentation_options.js", "doctools.js", "sphinx_highlight.js"),
    "sg-tags.js",  # lessons have no tags
    *("basic.css", "furo.css", "furo-extensions.css"),  # text.css and shell.css have what is used
    "furo.js",  # shell.js
    *(path.name for path in INLINE),  # stand in the page
}
PLAIN = {"rel": "stylesheet", "type": "text/css"}
# Addresses that are relative to their file cannot move to another one.
RELATIVE = re.compile(r"@import|url\((?![\"']?(?:data:|#))")


class Joined(dict[tuple[str, ...], str]):
    """What this build has put together: the names of the files, and the file that they became."""


def lighten(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Leave out what the page does not use, and put together what all pages load.

    Comes before the handlers that load a file on a page of their own: those stay by themselves.
    """
    if not is_site(app):
        return
    left_out = NOT_USED | {file for file, css in USED_WITH.items() if not _has(doctree, css)}
    for kind, add in (("css_files", app.add_css_file), ("script_files", app.add_js_file)):
        files = sorted(context[kind], key=lambda file: file.priority)
        joined = [file for file in files if _can_be_joined(app, file)]
        # In place: Sphinx adds the files of other handlers to this list.
        context[kind][:] = [
            file for file in files if file not in joined and _name(file) not in left_out
        ]
        if joined:
            # Styles of one page only come before, scripts after: both may build on what all have.
            place = max if kind == "css_files" else min
            add(_join(app, joined), priority=place(file.priority for file in joined))


def _has(doctree: nodes.document | None, css: str) -> bool:
    elements = doctree.findall(nodes.Element) if doctree else ()
    return any(css in element.get("classes", ()) for element in elements)


def _name(file: Any) -> str:
    return PurePosixPath(str(file.filename or "")).name


def _can_be_joined(app: Sphinx, file: Any) -> bool:
    """Whether all pages use it, and it has no attributes (``async``, ``media``) of its own."""
    if not file.filename or "://" in str(file.filename):
        return False
    if _name(file) in USED_WITH or _name(file) in NOT_USED:
        return False
    if any(PLAIN.get(key) != value for key, value in file.attributes.items()):
        return False
    path = Path(app.outdir, str(file.filename))
    return path.is_file() and not (path.suffix == ".css" and RELATIVE.search(_content(path)))


def _content(path: Path) -> str:
    return stylesheet() if path.name == "pygments.css" else _text(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)  # every page asks for every file
def _text(path: Path, changed: int) -> str:
    return path.read_text("utf-8-sig")


def _join(app: Sphinx, files: list[Any]) -> str:
    """Write the files as one, once in a build; return its name."""
    build, names = build_of(app), tuple(str(file.filename) for file in files)
    if not build.keeps(Joined):
        build.keep(Joined())
    known = build.kept(Joined)
    if names not in known:
        texts = [_content(Path(app.outdir, str(file.filename))) for file in files]
        ending = PurePosixPath(names[0]).suffix
        if ending == ".js":
            # "use strict" in the first script is not meant for all: an empty statement comes first.
            text = ";\n" + "\n;\n".join(map(jsmin, texts))
        else:
            text = cssmin("\n".join(texts))
        path = Path(app.outdir, "_static", NAME + ending)
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, encoding="utf-8")
        known[names] = path.name
    return known[names]


def setup(app: Sphinx) -> None:
    """Register; what joins the files comes first of all that changes a page."""
    app.connect("html-page-context", lighten, priority=1)
    for name in ("copy", "read"):
        app.add_css_file(f"{name}.css")
        app.add_js_file(f"{name}.js")
