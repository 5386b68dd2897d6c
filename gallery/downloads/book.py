"""The site as an EPUB, for ``sphinx-build -b epub``: what a book needs and a site does not.

Sphinx's builder takes a site's styles, scripts and raw HTML along. A book is strict XHTML, has a
style of its own, and declares which of its pages hold SVG.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.builders.epub3 import Epub3Builder
from sphinx.util.fileutil import copy_asset_file

if TYPE_CHECKING:
    from sphinx.application import Sphinx

STYLE = Path(__file__).with_name("book.css")
OWN = ("pygments.css", "epub.css", STYLE.name)
# HTML knows what svg is, XHTML must be told.
SVG = re.compile(r"<svg(?![^>]*xmlns)")
ITEM = re.compile(r'<item id="[^"]*" href="([^"]+\.xhtml)"(?=[^>]* />)')


class BookBuilder(Epub3Builder):
    """Sphinx's EPUB builder with our style, and pages that are valid."""

    def add_css_file(self, filename: str, **kwargs: Any) -> None:
        """Leave the site's styles out."""
        if filename in OWN:
            super().add_css_file(filename, **kwargs)

    def init_css_files(self) -> None:
        """Add ours."""
        super().init_css_files()
        self.add_css_file(STYLE.name)

    def copy_html_static_files(self, context: dict[str, Any]) -> None:
        """Copy our style in the place of the site's files."""
        copy_asset_file(STYLE, self.outdir / "_static", force=True)

    def handle_page(self, pagename: str, addctx: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        """Write a page as XHTML."""
        if "body" in addctx:
            addctx["body"] = SVG.sub('<svg xmlns="http://www.w3.org/2000/svg"', addctx["body"])
        super().handle_page(pagename, addctx, *args, **kwargs)

    def build_content(self) -> None:
        """Write the list of the book's files, and say in it which pages hold SVG."""
        super().build_content()
        listing = self.outdir / "content.opf"
        text = listing.read_text("utf-8")
        listing.write_text(ITEM.sub(self._declared, text), encoding="utf-8")

    def _declared(self, item: re.Match[str]) -> str:
        page = (self.outdir / item[1]).read_text("utf-8")
        return f'{item[0]} properties="svg"' if "<svg" in page else item[0]


def setup(app: Sphinx) -> None:
    """Put our builder in the place of Sphinx's."""
    app.add_builder(BookBuilder, override=True)
