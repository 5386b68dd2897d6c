"""Which styles and scripts a page loads: one file of each kind, with nothing in it unused.

The theme and the extensions would have a page load 14 styles and 12 scripts. What all pages need is
put together here as ``site-pages.css`` and ``site-pages.js``; unused.py takes the unused rules out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from zlib import crc32

from docutils import nodes
from furo import get_pygments_stylesheet
from rjsmin import jsmin

from gallery.project import ROOT
from gallery.site import is_site

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

NAME = "site-pages"
# Files that would be loaded on every page, and the class that a page has where one is of use.
# Lessons have no tags, which sg-tags.js is for.
USED_WITH = {
    "design-tabs.js": "sd-tab-set",
    "sg-tags.js": "sphx-glr-tag",
    "cheat-sheet.css": "cheat-sheet",
}
# Of use to Sphinx's search, which search/ replaces. (sphinx_highlight.js also makes a link with a
# "javascript:" address, which the policy of policy.py forbids.)
NOT_USED = ("documentation_options.js", "doctools.js", "sphinx_highlight.js")
# These run before the first paint: what they change would make a drawn page jump.
EARLY = ("start-method.js",)
SCRIPTS = ROOT / "gallery" / "lessons" / "static"
PLAIN = {"rel": "stylesheet", "type": "text/css"}
# Addresses that are relative to their file cannot move to another one.
RELATIVE = re.compile(rb"@import|url\((?![\"']?(?:data:|#))")


def lighten(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Leave out what the page does not use, and put together what all pages load.

    Comes before the handlers that load a file on a page of their own: those stay by themselves.
    """
    if not is_site(app):
        return
    classes = _classes(doctree)
    for kind, add in (("css_files", app.add_css_file), ("script_files", app.add_js_file)):
        files = sorted(context[kind], key=lambda file: file.priority)
        early = [file for file in files if _name(file) in EARLY]
        joined = [file for file in files if file not in early and _can_be_joined(app, file)]
        # In place: Sphinx adds the files of other handlers to this list.
        context[kind][:] = [
            file
            for file in files
            if file not in early and file not in joined and _is_used(_name(file), classes)
        ]
        for file in early:
            text = jsmin(_content(app, file).decode())
            context["metatags"] = context.get("metatags", "") + f"\n<script>{text}</script>"
        if joined:
            _join(app, joined, add)


def _classes(doctree: nodes.document | None) -> set[str]:
    found: set[str] = set()
    for element in doctree.findall(nodes.Element) if doctree else ():
        found.update(element.get("classes", ()))
    return found


def _is_used(file: str, classes: set[str]) -> bool:
    if file in NOT_USED:
        return False
    return file not in USED_WITH or any(c.startswith(USED_WITH[file]) for c in classes)


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
    return path.is_file() and not (path.suffix == ".css" and RELATIVE.search(_content(app, file)))


def _content(app: Sphinx, file: Any) -> bytes:
    if _name(file) == "pygments.css" and app.config.html_theme == "furo":
        # Furo writes its own over Sphinx's, but only when all pages are there.
        return str(get_pygments_stylesheet()).encode()
    return Path(app.outdir, str(file.filename)).read_bytes()


def _join(app: Sphinx, files: list[Any], add: Callable[..., None]) -> None:
    """Write the files as one, and have the page load it."""
    ending = PurePosixPath(_name(files[0])).suffix
    text = "\n".join(_content(app, file).decode("utf-8-sig") for file in files)
    if ending == ".js":
        # "use strict" in the first script is not meant for all: an empty statement comes first.
        text = ";\n" + "\n;\n".join(jsmin(_content(app, file).decode()) for file in files)
    path = Path(app.outdir, "_static", NAME + ending)
    if not path.is_file() or path.read_text("utf-8") != text:
        path.write_text(text, encoding="utf-8")
    # Styles of one page only come before, scripts after: both may build on what all pages have.
    priorities = [file.priority for file in files]
    if ending == ".js":  # after the words are drawn; those of one page wait, too, and come after
        add(path.name, priority=min(priorities), loading_method="defer")
    else:
        add(path.name, priority=max(priorities))


def note_early(app: Sphinx, config: Config) -> None:
    """Have pages written anew if the scripts within them change."""
    config.early_scripts = crc32(b"".join((SCRIPTS / name).read_bytes() for name in EARLY))


def setup(app: Sphinx) -> None:
    """Register; what joins the files comes first of all that changes a page."""
    app.add_config_value("early_scripts", 0, "html", int)
    app.connect("config-inited", note_early)
    app.connect("html-page-context", lighten, priority=1)
    app.add_css_file("copy.css")
    app.add_js_file("copy.js")
