"""The names on a tiny site: nothing is listed by hand, and what changed is made anew."""

import re

import pytest

from gallery.names.manual import read_manual

INDEX = "# Names\n\n```{names-index}\n```\n"
LOCK = "from multiprocessing import Lock\n"
FORK = (
    "\n# sphinx_gallery_lesson_start_methods = ['fork']"
    "\n# sphinx_gallery_lesson_start_methods_reason = 'to save time'\n"
)


@pytest.fixture
def site(make_site):
    """Make a site with an index of names."""
    site = make_site()
    index = site.root / "docs" / "index.md"
    index.write_text(index.read_text() + "\n```{toctree}\nnames\n```\n")
    (site.root / "docs" / "names.md").write_text(INDEX)
    return site


def entry(site, name: str, page: str = "names") -> str:
    """Return what a page says of a name."""
    text = (site.root / "build" / "html" / f"{page}.html").read_text("utf-8")
    found = re.search(rf'<dt id="{re.escape(name)}">.*?</dd>', text, re.DOTALL)
    return found[0] if found else ""


def test_a_new_lesson_appears_by_itself(site):
    site.lesson("one", LOCK + "# %%\n# Text\nLock()\n" + FORK)
    assert site.build().status == 0, site.log
    said = entry(site, "multiprocessing.Lock")
    assert (
        'href="https://docs.python.org/3.15/library/multiprocessing.html#multiprocessing.Lock"'
        in said
    )
    assert 'href="names/tiny.html#multiprocessing.Lock"' in said
    assert "</a> (1)<" in said
    in_chapter = entry(site, "multiprocessing.Lock", "names/tiny")
    assert 'href="../lessons/tiny/one.html#cell-2"' in in_chapter
    assert "cell-1" not in in_chapter  # an import is no use
    assert entry(site, "multiprocessing.Event", "names/tiny") == ""
    assert "not yet in a lesson" in entry(site, "multiprocessing.Event")
    page = (site.root / "build" / "html" / "names.html").read_text("utf-8")
    section = re.search(r'<section id="names-in-multiprocessing">.*?</section>', page, re.DOTALL)[0]
    shown, folded, _ = section.split('<details class="folded">')
    assert re.findall(r'<dt id="([\w.]+)"', shown) == ["multiprocessing", "multiprocessing.Lock"]
    assert 'id="multiprocessing.Event"' in folded
    count = len(re.findall('<dt id="', folded))
    meant = sum(bool(name.why_not) for name in read_manual())
    in_packages = r"<summary>(\d+) names? that no lesson is about</summary>"
    assert sum(map(int, re.findall(in_packages, page))) == meant
    assert f"Of {meant} the list says why" in page
    assert "for those who write an executor" in entry(site, "concurrent.futures.InvalidStateError")
    assert f"<summary>{count} names that no lesson uses yet</summary>" in folded
    assert "Also read" not in site.page("one")
    assert site.page("one").count('id="cell-') == 2

    site.lesson("two", LOCK + "from multiprocessing import Event\nLock(), Event()\n" + FORK)
    site.lesson("three", "from multiprocessing import Event\nprint(Event)\n" + FORK)
    assert site.build().status == 0, site.log
    assert "</a> (2)<" in entry(site, "multiprocessing.Lock")
    in_chapter = entry(site, "multiprocessing.Lock", "names/tiny")
    assert 'href="../lessons/tiny/two.html#cell-1"' in in_chapter
    assert "three.html#cell-1" in entry(site, "multiprocessing.Event", "names/tiny")
    also = re.search(r'<p class="also-read">.*?</p>', site.page("one"), re.DOTALL)[0]
    assert "two.html" in also
    assert "three.html" not in also
    assert re.search(r"\(also <code[^>]*><span[^>]*>Lock</span></code>\)</p>", also)

    index = site.root / "build" / "html" / "names.html"
    before = index.stat().st_mtime_ns
    assert site.build().status == 0, site.log
    assert index.stat().st_mtime_ns == before

    (site.root / "snippets" / "tiny" / "two.py").unlink()
    assert site.build().status == 0, site.log
    assert "two.html" not in entry(site, "multiprocessing.Lock", "names/tiny")
    assert "</a> (1)<" in entry(site, "multiprocessing.Lock")
    assert "Also read" not in site.page("one")


def test_a_bad_list_of_names_fails_the_build(site):
    site.lesson("one", "print(1)\n" + FORK)
    (site.root / "names.tsv").write_text("multiprocessing.Lock\tclas\tlibrary/m.html#x\n")
    conf = site.root / "conf.py"
    conf.write_text(conf.read_text() + 'names_file = "names.tsv"\n')
    site.build()
    assert site.status != 0
    assert (
        f"{site.root / 'names.tsv'}:1: no kind is called 'clas'; did you mean 'class'?" in site.log
    )


def test_anchors_stand_at_code_and_not_at_comments(site):
    """A block of comments is no cell; the last cell has an anchor though it prints nothing."""
    site.lesson("one", "print(1)\n# %%\n# Text\n\n# a comment\n# %%\n# More\nx = 1\n" + FORK)
    assert site.build().status == 0, site.log
    page = site.page("one")
    assert re.findall(r'id="(cell-\d+)"', page) == ["cell-1", "cell-2"]
    _, _, cell = page.partition('id="cell-2"')
    assert re.search(
        r'^[^<]*<p class="head">.*?</p>\s*<div class="highlight-Python[^>]*>.*?>x = <', cell
    )


def test_the_index_is_in_other_builders_too(site):
    site.lesson("one", LOCK + "Lock()\n" + FORK)
    assert site.build("text").status == 0, site.log
    text = (site.root / "build" / "text" / "names" / "tiny.txt").read_text("utf-8")
    assert re.search(r"Lock. class\n.*one: cell 1", text)
