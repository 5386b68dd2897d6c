"""A site with an address: who names it, lists for machines, and the page for wrong ones."""

import json
import re
import subprocess
import sys
from html import unescape
from xml.etree import ElementTree

import pytest

from tests.test_gallery.test_site.conftest import CODE, address_is
from tests.test_site.serving import served

PATH = "/a&b/"  # a folder whose name has to be escaped
ADDRESS = f"https://example.org{PATH}"
WRITTEN = ADDRESS.replace("&", "&amp;")
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def built(built_once):
    """Build a tiny site for an address below the root of a domain; return its folder."""

    def prepare(site):
        for day, name in enumerate(("early", "late"), 1):
            site.lesson(name, CODE.format(day=day))
        site.lesson("undated", CODE.replace("# sphinx_gallery_lesson_added", "# nothing"))
        address_is(site, ADDRESS.rstrip("/"))

    return built_once(prepare).root / "build" / "html"


def test_each_page_names_its_own_address(built):
    page = (built / "lessons/tiny/early.html").read_text()
    assert f'<link rel="canonical" href="{WRITTEN}lessons/tiny/early.html">' in page
    assert f'<meta property="og:url" content="{WRITTEN}lessons/tiny/early.html">' in page
    assert '<meta property="og:title" content="early">' in page
    assert '<meta name="description" content="What it does.">' in page
    assert "og:image" not in page
    assert 'rel="canonical"' not in (built / "404.html").read_text()


def test_the_sitemap_lists_the_pages(built):
    found = [e.text for e in ElementTree.parse(built / "sitemap.xml").iter() if e.text.strip()]
    assert set(found) == {
        ADDRESS + name
        for name in (
            *("index.html", "lessons/index.html", "lessons/tiny/index.html"),
            *(f"lessons/tiny/{name}.html" for name in ("early", "late", "undated")),
        )
    }
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (built / "robots.txt").read_text()


def test_the_feed_has_the_dated_lessons_newest_first(built):
    feed = ElementTree.parse(built / "feed.xml").getroot()
    entries = feed.findall("a:entry", ATOM)
    assert [e.find("a:title", ATOM).text for e in entries] == ["late", "early"]
    assert [e.find("a:updated", ATOM).text for e in entries] == [
        "2026-03-02T00:00:00+00:00",
        "2026-03-01T00:00:00+00:00",
    ]
    assert feed.find("a:updated", ATOM).text == "2026-03-02T00:00:00+00:00"
    assert entries[0].find("a:id", ATOM).text == f"{ADDRESS}lessons/tiny/late.html"
    assert entries[0].find("a:summary", ATOM).text == "What it does."
    assert {link.get("href") for link in feed.findall("a:link", ATOM)} == {
        ADDRESS,
        ADDRESS + "feed.xml",
    }
    assert f'title="New lessons" href="{WRITTEN}feed.xml">' in (built / "index.html").read_text()


def test_a_wrong_address_is_answered_at_any_depth(built):
    """The page's styles and links are found from /a&b/c/d/e."""
    page = (built / "404.html").read_text()
    with served(built, PATH) as address:
        status, text = get(address + "c/d/e")
        assert (status, text) == (404, page)
        links = {unescape(x) for x in re.findall(r'(?:href|src)="(/[^"#]*)"', page)}
        assert f"{PATH}lessons/index.html" in links
        assert any(link.startswith(f"{PATH}_static/site-pages.css") for link in links)
        root = address.removesuffix(PATH)
        assert {link: get(root + link)[0] for link in links} == dict.fromkeys(links, 200)
    icon = 'href="data:image/svg+xml,'  # stands in the page itself
    assert page.count(icon) == 1
    assert not re.search(r'(?:href|src)="(?!/|#|https://)', page.replace(icon, ""))


def get(address: str) -> tuple[int, str]:
    """Fetch in another process, as the tests' own must not be waited for."""
    code = (
        "import gzip, json, sys, urllib.error, urllib.request as r\n"
        "try: answer = r.urlopen(sys.argv[1], timeout=10)\n"
        "except urllib.error.HTTPError as error: answer = error\n"
        "body = answer.read()\n"
        "if answer.headers['Content-Encoding'] == 'gzip': body = gzip.decompress(body)\n"
        "print(json.dumps([answer.status, body.decode('utf-8', 'replace')]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, address], capture_output=True, check=True, timeout=30
    )
    return tuple(json.loads(done.stdout))


def test_without_an_address_nothing_names_one(make_site):
    site = make_site()
    site.lesson("one", CODE.format(day=1))
    site.build()
    assert site.status == 0, site.log
    html = site.root / "build" / "html"
    page = site.page("one")
    assert not [word for word in ("canonical", "og:", "atom+xml") if word in page]
    assert not {"sitemap.xml", "feed.xml"} & {path.name for path in html.iterdir()}
    assert "Sitemap" not in (html / "robots.txt").read_text()
    assert '"/_static/site-pages.css' in (html / "404.html").read_text()
    assert "(lessons/tiny/one.html.md)" in (html / "llms.txt").read_text()


@pytest.mark.parametrize("address", ["example.org", "ftp://example.org/", "https://x.org/?q=1"])
def test_what_is_no_address_is_refused(make_site, address):
    site = make_site()
    site.lesson("one", CODE.format(day=1))
    address_is(site, address)
    site.build()
    assert site.status != 0
    assert f"html_baseurl is {address!r}; give the whole address" in site.log
