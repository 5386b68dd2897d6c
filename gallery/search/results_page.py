"""The page with the results, and the results on the page for addresses where nothing is.

What ranks them is static/ranking.js, what shows them here and below each field static/search.js.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

from gallery.code_version import version_of
from gallery.search.index_scripts import scripts_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

NAME = "search"
# Where to look for what the search does not find: page and words for it.
INSTEAD = {"names": "the index of names", "lessons/index": "all lessons, by chapter"}
BODY = """\
<noscript><p>The search runs in your browser and needs JavaScript, which is switched off.
Look at {instead} instead.</p></noscript>
<form class="search-form" role="search" aria-label="Pages" action="{action}">
<label for="search-field">Words, a name, or an error message</label>
<input id="search-field" type="search" name="q" autocomplete="off" spellcheck="false"{find}>
</form>
<p class="search-status" role="status"></p>
<ol class="search-results"></ol>
<div class="search-nothing" hidden>
<p>What to try:</p>
<ul>
<li>fewer words, or other words for the same: <q>wait</q>, <q>hang</q>, <q>share</q>;</li>
<li>only the last line of a traceback, without names and numbers of your own;</li>
<li>{instead}.</li>
</ul>
</div>
"""


def tell_loader(app: Sphinx, config: Config) -> None:
    """Have static/find.js.jinja ask for scripts of this version."""
    config.html_context["search_version"] = version_of([Path(__file__).parent])[:8]


def replace_sphinx_search(app: Sphinx) -> None:
    """Have neither Sphinx's index nor its page made, but ours; only where a site is made."""
    if app.builder.name in ("html", "dirhtml"):
        app.builder.search = False  # type: ignore[attr-defined]
        app.connect("html-collect-pages", results)
        app.connect("html-page-context", show_results)
        app.connect("build-finished", remove_sphinx_scripts)
        app.add_js_file("find.js")


def results(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Write the index and yield the page, each of which stays as it is where it is the same."""
    folder = Path(app.outdir, "_static")
    folder.mkdir(parents=True, exist_ok=True)
    for file, script in scripts_of(app.builder).items():
        path = folder / file
        if not path.is_file() or path.read_text("utf-8") != script:
            path.write_text(script, encoding="utf-8")
    builder: Any = app.builder
    page = Path(builder.get_outfilename(NAME))
    if page.is_file():
        before = page, page.read_bytes(), page.stat().st_mtime_ns
        app.connect("build-finished", partial(keep_time, *before), priority=900)
    yield NAME, {"title": "Search", "body": "<h1>Search</h1>\n"}, "page.html"


def keep_time(page: Path, content: bytes, time: int, app: Sphinx, error: Exception | None) -> None:
    """Have a page that was written as it was look so; when all that changes pages is done."""
    if page.read_bytes() == content:
        os.utime(page, ns=(time, time))


def show_results(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the two pages the field and the results, with scripts and style.

    Of the pages to look at instead those are named that this site has.
    """
    if name not in (NAME, app.config.notfound_pagename):
        return
    pathto = context["pathto"]  # absolute where nothing is
    instead = " or ".join(
        f'<a href="{escape(pathto(page))}">{words}</a>'
        for page, words in INSTEAD.items()
        if page in app.env.found_docs
    )
    find = "" if name == NAME else ' data-find="address"'
    context["body"] += BODY.format(instead=instead, action=escape(pathto(NAME)), find=find)
    app.add_css_file("search.css")  # before anything is drawn; static/find.js loads the scripts


def remove_sphinx_scripts(app: Sphinx, error: Exception | None) -> None:
    """Delete what serves Sphinx's search: the theme copies some, an earlier build has left some."""
    scripts = ("searchtools.js", "language_data.js", "english-stemmer.js", "../searchindex.js")
    for script in scripts:
        Path(app.outdir, "_static", script).unlink(missing_ok=True)


def setup(app: Sphinx) -> None:
    """Register the page."""
    app.connect("config-inited", tell_loader)
    app.connect("builder-inited", replace_sphinx_search)
