"""The order of a lesson's page, and what stands around its cells."""

import re

import pytest

LESSON = """
# %%
# Where next
# ----------
# :ref:`Read the other one <sphx_glr_lessons_tiny_other.py>`, for a reason.

# %%
# After it
# --------
# The work.

from multiprocessing import Process


if __name__ == "__main__":
    child = Process(target=print, args=("done",))
    child.start()
    child.join()

# sphinx_gallery_lesson_asked = ["how"]
"""
OTHER = """
if __name__ == "__main__":
    print(open("words.txt").read())

# sphinx_gallery_lesson_needs = ["psutil"]
# sphinx_gallery_lesson_files = ["words.txt"]
# sphinx_gallery_lesson_start_methods = ["spawn"]
# sphinx_gallery_lesson_start_methods_reason = "so it is."
"""
ABOUT_PROGRAMS = """
# %%
# .. pair::
"""
BROKEN = """raise SystemExit("not so")

# sphinx_gallery_lesson_fails = "not so"
"""
REPOSITORY = """
edit_address = "https://example.org/edit/{path}"
report_address = "https://example.org/new?a=1&page={page}"
"""


@pytest.fixture(scope="module")
def site(make_site):
    """Build lessons, one of them about two programs, and pages of prose."""
    site = make_site()
    site.lesson("lesson", LESSON)
    site.lesson("other", OTHER)
    site.lesson("pair", ABOUT_PROGRAMS)
    for name, text in (("words.txt", ""), ("pair.broken.py", BROKEN), ("pair.cured.py", "1\n")):
        (site.root / "snippets/tiny" / name).write_text(text)
    conf, index = site.root / "conf.py", site.root / "docs/index.md"
    conf.write_text(conf.read_text() + REPOSITORY)
    index.write_text(index.read_text() + "\n```{toctree}\nprose\ndownloads\n```\n")
    (site.root / "docs/prose.md").write_text("# A & B\n\nWords.\n")
    (site.root / "docs/downloads.md").write_text("# Downloads\n\n```{downloads-by-chapter}\n```\n")
    site.build()
    assert site.status == 0, site.log
    return site


def row(page: str) -> dict[str, str]:
    """Return the addresses of the links at the end of a lesson, by their words."""
    end = page[page.index('id="run-it"') :].partition("</section>")[0]
    links = re.findall(r'href="([^"]+)"><span class="i i-\w+"></span>(.*?)</a>', end)
    return {re.sub("<[^>]+>", "", words): address for address, words in links}


def test_the_parts_of_a_page_come_in_their_order(site):
    page = site.page("lesson")
    parts = [
        *("<h1>", "<p>What it does.", 'class="badges', "<h2>After it", 'id="cell-1"'),
        *('id="the-whole-run"', 'id="where-next"', "Also asked as: how", 'id="run-it"'),
    ]
    assert sorted(parts, key=page.index) == parts
    assert page.count("Read the other one") == 1


def badges(page: str) -> list[tuple[str, str]]:
    """Return the icons and the words of a page's badges."""
    line = re.search(r'<ul class="badges.*?</ul>', page, re.DOTALL)[0]
    return re.findall(r'<span class="i i-(\w+)"></span>(.*?)</p>', line)


def test_a_badge_tells_how_long_a_lesson_takes(site):
    assert badges(site.page("lesson")) == [("clock", "1 minute")]


def test_a_lesson_says_how_to_run_it_and_what_it_needs(site):
    assert "<pre>python lesson.py</pre>" in site.page("lesson")
    assert "It needs" not in site.page("lesson")
    assert "<p>It needs <code>pip install psutil</code>.</p>" in site.page("other")
    twin = site.page("other", end="html.md")
    assert twin.rstrip().endswith("Run it: `python other.py`. It needs `pip install psutil`.")


def test_a_row_offers_what_there_is(site):
    files = "../../downloads/tiny"
    runs = {
        f"{kind} {method}": f"{files}/lesson.{method}.{kind.lower()}.json"
        for kind in ("Recording", "Trace")
        for method in ("fork", "forkserver", "spawn")
    }
    assert row(site.page("lesson")) == {
        "Script .py": f"{files}/lesson.py",
        "Notebook .ipynb": f"{files}/lesson.ipynb",
        **runs,
        "Markdown": "lesson.html.md",
        "All downloads": "../../downloads.html",
        "Edit this page": "https://example.org/edit/snippets/tiny/lesson.py",
        "Report a problem": ("https://example.org/new?a=1&amp;page=lessons%2Ftiny%2Flesson.html"),
    }
    assert row(site.page("other"))["words.txt"] == f"{files}/words.txt"
    here = site.root / "build/html/lessons/tiny"
    for name in ("lesson", "other", "pair"):
        for address in row(site.page(name)).values():
            assert address.startswith("https:") or (here / address).is_file(), address


def test_a_page_about_programs_offers_them(site):
    """It has no code of its own to run, and no recording of it."""
    page, files = site.page("pair"), "../../downloads/tiny"
    assert re.findall("<pre>(python .*?)</pre>", page) == [
        *("python pair.broken.py", "python pair.cured.py"),
    ]
    found = row(page)
    assert found.pop("Edit this page").endswith("snippets/tiny/pair.py")
    assert found.keys() == {
        *("pair.broken .py", "pair.cured .py"),
        *("Markdown", "All downloads", "Report a problem"),
    }
    assert found["pair.broken .py"] == f"{files}/pair.broken.py"
    assert "Run it: `python pair.broken.py` and `python pair.cured.py`." in site.page(
        "pair", end="html.md"
    )


def links(site, name: str) -> dict[str, str]:
    """Return what stands at the head of a page, by its words."""
    text = (site.root / f"build/html/{name}.html").read_text("utf-8")
    found = re.findall(r'<a class="as-md" [^>]*href="([^"]+)">.*?</span>(.*?)</a>', text)
    return {words: address for address, words in found}


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("prose", "docs/prose.md"),
        ("lessons/index", "snippets/GALLERY_HEADER.rst"),
        ("lessons/tiny/index", "snippets/tiny/GALLERY_HEADER.rst"),
        ("downloads/tiny", None),  # it is made of the lessons
    ],
)
def test_other_pages_have_their_links_at_the_head(site, name, source):
    page = f"{name}.html".replace("/", "%2F")
    edit = {"Edit this page": f"https://example.org/edit/{source}"} if source else {}
    assert links(site, name) == {
        "View as Markdown": f"{name.rpartition('/')[2]}.html.md",
        **edit,
        "Report a problem": f"https://example.org/new?a=1&amp;page={page}",
    }


def test_a_lesson_has_only_its_twin_at_the_head(site):
    assert links(site, "lessons/tiny/lesson") == {"View as Markdown": "lesson.html.md"}


def test_the_twins_are_in_one_file_in_reading_order(site):
    html = site.root / "build/html"
    text = (html / "llms-full.txt").read_text("utf-8")
    names = re.findall(r"^<!-- (.*)\.html\.md -->$", text, re.MULTILINE)
    assert names == [
        *("index", "lessons/tiny/index", "lessons/tiny/lesson", "lessons/tiny/other"),
        "lessons/tiny/pair",
        *("prose", "downloads", "downloads/tiny", "lessons/index"),
    ]
    for name in names:
        assert (html / f"{name}.html.md").read_text("utf-8") in text
    assert "(llms-full.txt)" in (html / "llms.txt").read_text("utf-8")


def test_another_build_follows_what_has_changed(site):
    """The addresses, and prose that takes longer to read; what has not changed stays as it is."""
    chapter, full = site.root / "build/html/lessons/tiny/index.html", "build/html/llms-full.txt"
    assert ">3 min<" not in chapter.read_text("utf-8")
    conf = site.root / "conf.py"
    conf.write_text(conf.read_text().replace(REPOSITORY, ""))
    site.lesson("lesson", LESSON + "# %%\n# " + "word " * 600)
    site.build()
    assert site.status == 0, site.log
    assert links(site, "prose") == {"View as Markdown": "prose.html.md"}
    assert not {"Edit this page", "Report a problem"} & row(site.page("lesson")).keys()
    assert "3 minutes" in site.page("lesson")
    assert ">3 min<" in chapter.read_text("utf-8")
    text = (site.root / full).read_bytes()
    assert b"word word" in text
    site.build()
    assert (site.root / full).read_bytes() == text
