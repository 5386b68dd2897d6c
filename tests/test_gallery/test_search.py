"""What the search's index holds, and askers' words on the pages and in them."""

import json
import re

import pytest

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
    index.write_text(index.read_text().replace("lessons/index\n", "lessons/index\nprose\nhelper\n"))
    return site


def index_of(site) -> dict:
    """Return the pages of the built index by their address."""
    text = (site.root / "build/html/_static/search-index.js").read_text("utf-8")
    match = re.fullmatch(r"var SEARCH = (.*);\n", text)
    return {page["at"]: page for page in json.loads(match[1])["pages"]}


def test_pages_and_index(site):
    """All that one build shows."""
    assert site.build().status == 0, site.log
    lesson = site.page("asking")
    line = re.search(r'<p class="also-asked[^>]*>(.*?)</p>', lesson, re.DOTALL)[1]
    assert line == "Also asked as: why is it stuck · &lt;b&gt;bold&lt;/b&gt; &amp; hangs · third"
    assert lesson.index("also-asked") < lesson.index('class="downloads"')
    prose = (site.root / "build/html/prose.html").read_text("utf-8")
    assert "threads: or processes" in prose
    assert "also-asked" not in (site.root / "build/html/index.html").read_text("utf-8")

    pages = index_of(site)
    found = pages["lessons/tiny/asking.html"]
    assert (found["title"], found["in"], found["weight"]) == ("asking", "Tiny", 1)
    assert found["asked"] == ["why is it stuck", "<b>bold</b> & hangs", "third"]
    assert found["errors"] == ["ValueError: too many cooks"]
    assert found["blocks"] == [
        ["", "asking", "What it does.", "Prose with a name_of_something in it."],
        ["a-heading", "A heading", "Below the heading. But not what names_something."],
    ]
    assert pages["prose.html"]["blocks"] == [["", "Prose", "Some words."]]
    assert pages["helper.html"]["blocks"] == [["", "A helper", "What it is about."]]
    assert pages["helper.html"]["asked"] == ["helper words"]
    assert pages["helper.html"]["weight"] < pages["prose.html"]["weight"] < 1
    for script in ("searchindex.js", "_static/searchtools.js", "_static/language_data.js"):
        assert not (site.root / "build/html" / script).exists()

    # A new word is on the page and in the index after the next build, and nothing is recorded.
    script = site.root / "snippets/tiny/asking.py"
    script.write_text(script.read_text().replace("third", "fourth"))
    assert site.build().status == 0, site.log
    assert "tiny/asking under" not in site.log
    assert "hangs · fourth</p>" in site.page("asking")
    assert "fourth" in index_of(site)["lessons/tiny/asking.html"]["asked"]


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
