"""What a site has beside its words: an address of its own, files for its host, and its twins."""

import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from gallery.web import policy, unused

from tests.test_site.serving import served

ADDRESS = "https://example.org/course/"
CODE = """
# %%
# It writes a line.

from multiprocessing import Process


def work() -> None:
    print("done & <gone>")


if __name__ == "__main__":
    child = Process(target=work)
    child.start()
    child.join()

# sphinx_gallery_lesson_added = "2026-03-0{day}"
"""


def address_is(site, address: str) -> None:
    """Write the address as conf.py would take it from the environment."""
    conf = site.root / "conf.py"
    conf.write_text(conf.read_text() + f"\nhtml_baseurl = {address!r}\n")


@pytest.fixture(scope="module")
def built(make_site):
    """Build a tiny site for an address below the root of a domain; return its folder."""
    site = make_site()
    for day, name in enumerate(("early", "late"), 1):
        site.lesson(name, CODE.format(day=day))
    site.lesson("undated", CODE.replace("# sphinx_gallery_lesson_added", "# nothing"))
    address_is(site, ADDRESS.rstrip("/"))
    site.build()
    assert site.status == 0, site.log
    return site.root / "build" / "html"


def test_each_page_names_its_own_address(built):
    page = (built / "lessons/tiny/early.html").read_text()
    assert f'<link rel="canonical" href="{ADDRESS}lessons/tiny/early.html">' in page
    assert f'<meta property="og:url" content="{ADDRESS}lessons/tiny/early.html">' in page
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
    atom = {"a": "http://www.w3.org/2005/Atom"}
    feed = ElementTree.parse(built / "feed.xml").getroot()
    entries = feed.findall("a:entry", atom)
    assert [e.find("a:title", atom).text for e in entries] == ["late", "early"]
    assert [e.find("a:updated", atom).text for e in entries] == [
        "2026-03-02T00:00:00Z",
        "2026-03-01T00:00:00Z",
    ]
    assert feed.find("a:updated", atom).text == "2026-03-02T00:00:00Z"
    assert entries[0].find("a:id", atom).text == f"{ADDRESS}lessons/tiny/late.html"
    assert entries[0].find("a:summary", atom).text == "What it does."
    assert f'href="{ADDRESS}feed.xml"' in (built / "index.html").read_text()


def test_a_wrong_address_is_answered_at_any_depth(built):
    """The page's styles and links are found from /course/a/b/c."""
    page = (built / "404.html").read_text()
    with served(built, "/course/") as address:
        status, text = get(address + "a/b/c")
        assert (status, text) == (404, page)
        links = set(re.findall(r'(?:href|src)="(/[^"#]*)"', page))
        assert "/course/lessons/index.html" in links
        assert any(link.startswith("/course/_static/site-pages.css") for link in links)
        root = address.removesuffix("/course/")
        assert {link: get(root + link)[0] for link in links} == dict.fromkeys(links, 200)
    assert not re.search(r'(?:href|src)="(?!/|#|https://)', page)


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


def test_the_twin_holds_code_and_output_with_names(built):
    twin = (built / "lessons/tiny/early.html.md").read_text()
    assert twin.startswith("# early\n")
    assert "```python\nfrom multiprocessing import Process\n" in twin
    assert "child 1 | done & <gone>" in twin
    assert "The run under spawn:" in twin
    assert "sphinx_gallery" not in twin
    page = (built / "lessons/tiny/early.html").read_text()
    assert re.search(r'<link rel="alternate" type="text/markdown"[^>]* href="early.html.md">', page)


def test_llms_txt_lists_the_twins(built):
    text = (built / "llms.txt").read_text()
    assert f"- [early]({ADDRESS}lessons/tiny/early.html.md): What it does." in text
    listed = re.findall(rf"\]\({re.escape(ADDRESS)}([^)]*)\)", text)
    assert {str(p.relative_to(built)) for p in built.rglob("*.html.md")} == set(listed)


def test_without_an_address_nothing_names_one(make_site):
    site = make_site()
    site.lesson("one", CODE.format(day=1))
    site.build()
    assert site.status == 0, site.log
    html = site.root / "build" / "html"
    page = site.page("one")
    assert not [word for word in ("canonical", "og:", "atom+xml") if word in page]
    assert not (html / "feed.xml").exists()
    assert not (html / "sitemap.xml").exists()
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


def test_a_policy_names_what_stands_in_the_page():
    """The hash is that of the text, known from elsewhere: of an empty script."""
    page = policy.with_policy(
        f'<html><head>{policy.CHARSET}<script></script></head><body><script src="x.js"></script>'
        '<svg style="display: none;"><path style="opacity: 50%"/></svg></body></html>'
    )
    (found,) = policy.META.findall(page)
    scripts = re.search(r"script-src ([^;]*)", found)[1]
    assert scripts == "'self' file: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    assert "style=" not in page
    assert '<svg display="none"><path opacity="0.5"/></svg>' in page


def test_unused_rules_are_taken_out():
    vocabulary = unused.Vocabulary()
    vocabulary.add_page('<html><body><p class="a b" id="top">x</p></body></html>')
    vocabulary.add_script("element.classList.add('set')")
    style = """
    :root { --used: 1px; --only-by-unused: 2px; --picture: url('data:x;y{}') }
    .a.b > p:not(.c), .gone { margin: var(--used) }
    #top:hover { color: red }
    .set::before { content: ";" }
    .gone, table { color: var(--only-by-unused) }
    @media print { .gone { margin: 0 } .a { margin: 1px } }
    @media screen { .gone { margin: 0 } }
    """
    assert unused.without_unused(style, vocabulary) == (
        ":root{--used:1px}.a.b>p:not(.c){margin:var(--used)}#top:hover{color:red}"
        '.set::before{content:";"}@media print{.a{margin:1px}}'
    )
