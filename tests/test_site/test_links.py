"""Inside links: every file that a page names is there, and every fragment has its element."""

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.test_site.conftest import HTML, pages

ADDRESSES = {"href", "src", "action", "poster", "data", "xlink:href"}


class Page(HTMLParser):
    """The addresses that a page names, and the fragments that lead into it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.addresses: dict[str, None] = {}
        self.places = {"", "top"}
        self.feed(path.read_text("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element names."""
        for name, value in attrs:
            if name == "id" or (tag == "a" and name == "name"):
                self.places.add(value or "")
            elif name in ADDRESSES and value is not None:
                self.addresses[value] = None


read = cache(Page)


def broken(site: Path, page: Path) -> Iterator[str]:
    for address in read(page).addresses:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        way = unquote(parts.path)
        folder = site if way.startswith("/") else page.parent
        target = (folder / way.lstrip("/")).resolve() if way else page
        if target.is_dir():
            target /= "index.html"
        name = page.relative_to(site)
        if not target.is_relative_to(site.resolve()):
            yield f"{name}: {address} leads out of the site"
        elif not target.is_file():
            yield f"{name}: {address} is not there"
        elif (
            parts.fragment
            and target.suffix == ".html"
            and unquote(parts.fragment) not in read(target).places
        ):
            yield f"{name}: {address} has no such place on the page"


def test_inside_links_lead_somewhere():
    site = HTML.resolve()
    found = [wrong for name in pages() for wrong in broken(site, site / name)]
    assert found == []


def test_a_broken_link_is_found(tmp_path):
    (tmp_path / "one.html").write_text(
        "<p id=here><a href='two.html'>2</a> <a href='#there'>t</a> <a href='#here'>h</a>"
        "<img src=no.png><a href='../out.html'>o</a><a href='https://example.org/'>e</a>"
    )
    assert list(broken(tmp_path.resolve(), tmp_path.resolve() / "one.html")) == [
        "one.html: two.html is not there",
        "one.html: #there has no such place on the page",
        "one.html: no.png is not there",
        "one.html: ../out.html leads out of the site",
    ]
