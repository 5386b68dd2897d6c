"""What the search's index holds and when it is made anew, and askers' words on the pages."""

import json
import re
from pathlib import Path

import pytest
from docutils.nodes import Element, container, document, literal_block, paragraph, section
from docutils.utils import new_document

from gallery.nodes import folded, transcript
from gallery.search.entry import errors_in
from gallery.search.index_scripts import anchored
from multitrack.recording import Recording

ASKING = """
print("ValueError: too many cooks")
print("a line that nobody looks for")

# %%
# Prose with a ``name_of_something`` in it.
#
# A heading
# ---------
#
# Below the heading. Left out. But not what ``names_something``. A last word.

# sphinx_gallery_lesson_asked = ["why is it stuck", "<b>bold</b> & hangs"]
# sphinx_gallery_lesson_asked = ["third"]
"""

PROSE = """---
asked:
  - "threads: or processes"
  - which one
---

# Prose

Some words.

```python
code = "not for the search"
```
"""

ASIDE = """---
nosearch: true
asked: [helper words]
myst:
  html_meta:
    description: What it is about.
---

# A helper

Long lists of words.
"""


@pytest.fixture
def site(make_site):
    """Make a tiny site with a lesson, a page of prose and a page that helps."""
    site = make_site()
    site.lesson("asking", ASKING)
    (site.root / "docs" / "prose.md").write_text(PROSE)
    (site.root / "docs" / "helper.md").write_text(ASIDE)
    index = site.root / "docs" / "index.md"
    index.write_text(index.read_text() + "\n```{toctree}\nprose\nhelper\n```\n")
    return site


def index_of(site) -> dict:
    """Return the pages of the built index by their address, as search.js puts them together."""
    static = site.root / "build/html/_static"
    index = json.loads(in_call(static / "search-index.js", r"var SEARCH = (.*);\n"))
    names = ("at", "title", "kind", "weight", "asked", "errors", "headings")
    pages = {page[0]: dict(zip(names, page, strict=True)) for page in index["pages"]}
    for name, _, _ in (part.partition("?") for part in index["parts"]):
        for at, blocks in json.loads(in_call(static / name, r"SEARCH\.add\((.*)\);\n")).items():
            pages[at]["blocks"] = blocks
    return pages


def in_call(path: Path, pattern: str) -> str:
    """Return the data in a script."""
    return re.fullmatch(pattern, path.read_text("utf-8"))[1]


def files_of(site) -> dict[str, tuple[bytes, int]]:
    """Return what the search has written, and when."""
    html = site.root / "build/html"
    files = [html / "search.html", *html.glob("_static/search-index*.js")]
    return {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in files}


def written_since(before: dict, after: dict) -> set[str]:
    """Return the files that are not what they were."""
    return {name for name in after if after[name] != before[name]}


def test_pages_and_index(site):
    """All that one build shows."""
    assert site.build().status == 0, site.log
    lesson = site.page("asking")
    line = re.search(r'<p class="also-asked[^>]*>(.*?)</p>', lesson, re.DOTALL)[1]
    assert line == "Also asked as: why is it stuck · &lt;b&gt;bold&lt;/b&gt; &amp; hangs · third"
    assert lesson.index("also-asked") < lesson.index('id="run-it"')
    prose = (site.root / "build/html/prose.html").read_text("utf-8")
    assert "threads: or processes" in prose
    assert "also-asked" not in (site.root / "build/html/index.html").read_text("utf-8")

    pages = index_of(site)
    found = pages["lessons/tiny/asking.html"]
    assert (found["title"], found["kind"], found["weight"]) == ("asking", "lesson", 1)
    assert found["asked"] == ["why is it stuck", "<b>bold</b> & hangs", "third"]
    assert found["errors"] == ["ValueError: too many cooks"]
    assert found["headings"] == ["A heading"]  # and none that every lesson has
    assert found["blocks"] == [
        ["What it does.", "Prose with a name_of_something in it."],
        ["Below the heading. But not what names_something."],
    ]
    assert pages["prose.html"]["blocks"] == [["Some words."]]
    assert pages["prose.html"]["kind"] == "page"
    assert pages["helper.html"]["blocks"] == [["What it is about."]]
    assert pages["helper.html"]["asked"] == ["helper words"]
    assert pages["helper.html"]["weight"] < pages["prose.html"]["weight"] < 1
    first = (site.root / "build/html/_static/search-index.js").read_text("utf-8")
    assert "What it does" not in first  # sentences are what weighs
    for script in ("searchindex.js", "_static/searchtools.js", "_static/language_data.js"):
        assert not (site.root / "build/html" / script).exists()

    # A new word is on the page and in the index after the next build, and nothing is recorded.
    before = files_of(site)
    script = site.root / "snippets/tiny/asking.py"
    script.write_text(script.read_text().replace("third", "fourth"))
    assert site.build().status == 0, site.log
    assert "tiny/asking under" not in site.log
    assert "hangs · fourth</p>" in site.page("asking")
    assert "fourth" in index_of(site)["lessons/tiny/asking.html"]["asked"]
    # Only what it is in is written: the sentences are the same.
    after = files_of(site)
    assert written_since(before, after) == {"search-index.js"}

    # In a build without a change all stays as it is.
    assert site.build().status == 0, site.log
    assert written_since(after, files_of(site)) == set()


OTHER_CODE = """
from gallery.search import collected, entry
collected.version = lambda: "other"
entry.LESSON = 3
"""
NO_CODE = "collected.entry_of = None\n"  # an error where it is called


def test_changed_code_of_the_search_makes_the_index_anew_and_reads_no_page(site):
    assert site.build().status == 0, site.log
    conf = site.root / "conf.py"
    conf.write_text(conf.read_text() + OTHER_CODE)
    assert site.build().status == 0, site.log
    assert "0 added, 0 changed, 0 removed" in site.log
    pages = index_of(site)
    assert pages["lessons/tiny/asking.html"]["weight"] == 3
    assert pages["lessons/tiny/asking.html"]["errors"] == ["ValueError: too many cooks"]
    assert pages["prose.html"]["asked"] == ["threads: or processes", "which one"]
    # Once: the next build has what this one has made.
    conf.write_text(conf.read_text() + NO_CODE)
    assert site.build().status == 0, site.log
    assert index_of(site) == pages


def test_titles_are_data_and_never_the_end_of_a_script(site):
    title = "Can't pickle <function <lambda>> </script>"
    site.lesson("strange", "\nprint()\n", title=title)
    assert site.build().status == 0, site.log
    for script in (site.root / "build/html/_static").glob("search-index*.js"):
        assert "<" not in script.read_text("utf-8")
    assert index_of(site)["lessons/tiny/strange.html"]["title"] == title.replace(
        "'", "\N{RIGHT SINGLE QUOTATION MARK}"
    )


ERRORS = """
print("ValueError: in the first cell")

# %%
# Second.
print("TypeError: in the second cell")
print("a word about ValueError and no message")
import sys; print("RuntimeError:\\n    an explanation\\n    in lines\\n\\nno more", file=sys.stderr)
"""


@pytest.fixture
def recorded(play, tmp_path) -> dict[str, Path]:
    """Record a script that writes messages of errors; return its recording's file."""
    recording: Recording = play(ERRORS)
    file = tmp_path / "lesson.fork.json"
    file.write_text(recording.to_json(), "utf-8")
    return {"fork": file}


def page_with(*children) -> document:
    """Return a page that shows something."""
    page = new_document("page")
    page += section("", container("", *children))
    return page


def test_errors_are_read_in_the_recordings_of_what_a_page_shows(recorded):
    """Each comes with the section in which it is seen first."""
    second = ["TypeError: in the second cell", "RuntimeError: an explanation in lines"]
    inside = section("", transcript(files=recorded, cell=2), ids=["inside"])
    assert errors_in(page_with(inside)) == [[error, "inside"] for error in second]
    first = ["ValueError: in the first cell", *second]
    whole = transcript(files=recorded, cell=None)
    assert errors_in(page_with(whole, inside)) == [[error, ""] for error in first]
    assert errors_in(page_with()) == []


def test_of_a_page_about_an_error_its_messages_are_read():
    """One to a line; what is indented goes on with the line before."""
    text = "RuntimeError:\n        An attempt\n        in lines.\nEOFError: the other\n"
    shown = Element("", paragraph("", "The message"), literal_block("", text), kind="message")
    assert errors_in(page_with(shown)) == [
        ["RuntimeError: An attempt in lines.", ""],
        ["EOFError: the other", ""],
    ]


@pytest.mark.parametrize(
    ("heading", "anchor", "said"),
    [
        ("What `put()` really does", "what-put-really-does", "What `put()` really does"),
        ("Überblick", "uberblick", ["Überblick", "uberblick"]),
        ("One", "id1", ["One", "id1"]),
    ],
)
def test_an_anchor_stands_in_the_index_where_it_does_not_follow_from_the_heading(
    heading, anchor, said
):
    assert anchored(heading, anchor) == said


def test_what_other_programs_wrote_is_no_error_of_the_page(recorded):
    """As the runs within a question."""
    assert errors_in(page_with(folded("", transcript(files=recorded, cell=None)))) == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("asked: stuck", "give a list, each item on a line of its own after a hyphen"),
        ("asked: [3]", "give a list of texts"),
        ('asked: ["stuck", "Stuck"]', "'stuck' is there twice"),
        ("asked: []", "give a list of texts"),
    ],
)
def test_bad_words_in_front_matter_end_the_build(make_site, asked, words):
    """The error names file, line and way out."""
    site = make_site()
    page = site.root / "docs" / "index.md"
    page.write_text(f"---\nhide-toc: true\n{asked}\n---\n\n" + page.read_text())
    assert site.build().status != 0
    assert re.search(rf"docs/index\.md:3: asked: .*{re.escape(words)}", site.log), site.log
