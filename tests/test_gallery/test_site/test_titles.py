"""A title may say anything: it is a text wherever it stands, and nothing in it runs."""

import json
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from gallery.site import policy
from tests.test_gallery.test_site.conftest import CODE, address_is
from tests.test_site.faults import equipped
from tests.test_site.serving import served

TITLE = "<script>hit=1</script> and Can't pickle <function <lambda>>"
# Sphinx writes typographic quotes in texts.
SHOWN = TITLE.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
DOES = "What <tt> & [all] do."
ADDRESS = "https://example.org/"
# In the lesson's last cell: a program that holds Markdown, two empty lines, and a command.
LAST = '''
# %%
# Run ``python "tiny one.py" --x 'y' --`` and write:

FENCE = """
```python
print("it's -- here")
```
"""


print(FENCE)
'''


class Reader(HTMLParser):
    """Reads the elements of a page, and the text of some."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.attributes: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        """Note what is said in attributes."""
        self.open.append(tag)
        self.texts.setdefault(tag, []).append("")
        self.attributes += [value or "" for _, value in attributes]

    def handle_endtag(self, tag):
        """Close what is open down to this element."""
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        """Add to all that is open."""
        for tag in self.open:
            self.texts[tag][-1] += data


def with_lock(code: str) -> str:
    """Have a lesson use what only some use: those are related."""
    return code.replace("import Process\n", "import Lock, Process\n\nlock = Lock()\n")


@pytest.fixture(scope="module")
def built(built_once):
    """Build a site in which a lesson has such a title; return its folder."""

    def prepare(site):
        address_is(site, ADDRESS)
        site.lesson("first", CODE.format(day=1))
        code, setting, day = with_lock(CODE.format(day=2)).partition("# sphinx_gallery_lesson")
        path = site.lesson("hostile", f"{code}{LAST}\n{setting}{day}", title=TITLE)
        path.write_text(path.read_text().replace("What it does.", "What ``<tt>`` & [all] do."))
        site.lesson("third", with_lock(CODE.format(day=3)))
        docs = site.root / "docs"
        docs.joinpath("names.md").write_text("# Names\n\n```{names-index}\n```\n")
        index = docs / "index.md"
        index.write_text(index.read_text() + "\n```{toctree}\n:caption: Reference\nnames\n```\n")

    return built_once(prepare).root / "build" / "html"


def read(built, name: str) -> Reader:
    """Read a page."""
    return Reader((built / name).read_text("utf-8"))


def test_no_page_holds_a_script_that_is_not_ours(built):
    for path in built.rglob("*.html"):
        page = Reader(path.read_text("utf-8"))
        inline = [script for script in page.texts["script"] if script]
        assert inline == [policy.inline_script()], path
        assert not {"function", "lambda", "tt"} & page.texts.keys(), path


@pytest.mark.parametrize(
    ("page", "element"),
    [
        ("lessons/tiny/hostile.html", "title"),
        ("lessons/tiny/hostile.html", "h1"),
        ("lessons/tiny/hostile.html", "nav"),
        ("lessons/tiny/first.html", "nav"),
        ("lessons/tiny/first.html", "footer"),
        ("lessons/tiny/third.html", "footer"),
        ("lessons/tiny/third.html", "article"),  # what to read next
        ("lessons/tiny/index.html", "ol"),
        ("lessons/index.html", "article"),
        ("names/tiny.html", "article"),
    ],
)
def test_a_title_is_text_where_a_page_shows_it(built, page, element):
    found = [" ".join(text.split()) for text in read(built, page).texts[element]]
    assert any(SHOWN in text or TITLE in text for text in found), found


def test_a_title_is_text_in_heads(built):
    """Its own page names it for links, and those beside it as next and previous."""
    for name in ("hostile", "first", "third"):
        assert SHOWN in read(built, f"lessons/tiny/{name}.html").attributes
    assert read(built, "lessons/tiny/hostile.html").attributes.count(DOES) == 2


def test_a_title_is_text_in_the_feed(built):
    feed = ElementTree.parse(built / "feed.xml")
    titles = [entry[0].text for entry in feed.iter("{http://www.w3.org/2005/Atom}entry")]
    assert titles == ["third", SHOWN, "first"]
    said = [one.text for one in feed.iter("{http://www.w3.org/2005/Atom}summary")]
    assert unescape(said[1]) == DOES  # it is HTML within XML
    assert "<" not in said[1]


def test_a_title_is_text_in_the_list_of_twins(built):
    shown = text_of((built / "llms.txt").read_text("utf-8"))
    assert f"{SHOWN}: {DOES}" in shown


def test_a_title_is_text_in_the_search(built):
    script = (built / "_static/search-index.js").read_text("utf-8")
    assert "<" not in script
    index = json.loads(script.removeprefix("var SEARCH = ").strip().removesuffix(";"))
    assert any(SHOWN in page for page in index["pages"])


def test_the_twin_shows_title_code_and_commands_as_they_are(built):
    twin = (built / "lessons/tiny/hostile.html.md").read_text("utf-8")
    tokens = MarkdownIt("commonmark").parse(twin)
    assert text_of(twin).startswith(SHOWN)
    code = [token.content for token in tokens if token.type == "fence" and token.info == "python"]
    assert code[1].startswith('FENCE = """\n```python\nprint("it\'s -- here")\n```\n"""\n\n\nprint')
    inline = [c.content for t in tokens for c in t.children or () if c.type == "code_inline"]
    assert """python "tiny one.py" --x 'y' --""" in inline
    output = [token.content for token in tokens if token.type == "fence" and token.info == "none"]
    assert any("main | ```python\n" in text for text in output)
    assert "Process-1 | done & <gone>\n" in output
    assert "sphinx_gallery" not in twin


def text_of(markdown: str) -> str:
    """Return the text that a reader of the Markdown sees."""
    said = []
    for token in MarkdownIt("commonmark").parse(markdown):
        said += [child.content or "\n" for child in token.children or ()]
        said.append("" if token.children is None else "\n")
    return "".join(said).replace("\n:", ":")


def test_each_page_names_its_twin_and_the_list_has_all(built):
    text = (built / "llms.txt").read_text("utf-8")
    assert f"- [first]({ADDRESS}lessons/tiny/first.html.md): What it does.\n" in text
    twins = {str(path.relative_to(built)) for path in built.rglob("*.html.md")}
    assert {twin for twin in twins if f"]({ADDRESS}{twin})" in text} == twins
    for twin in twins:
        page = read(built, twin.removesuffix(".md"))
        assert twin.rpartition("/")[2] in page.attributes


def test_nothing_of_a_title_runs_in_a_browser(built, browser):
    """Nor does what a page is given later: its policy names one script, by what we wrote."""
    page = browser.new_page()
    page.set_default_timeout(20_000)
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else 0)
    page.on("pageerror", lambda error: said.append(str(error)))
    with served(built) as address:
        for name in ("lessons/tiny/hostile.html", "lessons/index.html", "names/tiny.html"):
            page.goto(address + name, wait_until="load")
            equipped(page)
            assert page.evaluate("typeof hit") == "undefined"
            assert page.evaluate("document.body.dataset.theme") == "auto"
        page.goto(f"{address}search.html?q=pickle", wait_until="load")
        equipped(page)
        page.locator(".search-results a", has_text=SHOWN).first.wait_for()
        assert page.evaluate("typeof hit") == "undefined"
        assert said == []
        page.goto(address + "lessons/tiny/first.html", wait_until="load")
        equipped(page)
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'hit=1'}))"
        )
        assert page.evaluate("typeof hit") == "undefined"
    page.close()
