"""The drawings: what a file of docs/drawings/ may hold, and how a page shows it."""

import gzip
import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gallery.drawings.svg import SvgError, read_svg

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "drawings"
FILES = sorted(FOLDER.glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"
STYLE = (ROOT / "gallery/drawings/static/drawings.css").read_text("utf-8")
DECISION = (ROOT / "docs/_static/decision.css").read_text("utf-8")  # marks the question in its tree
TOKENS = (ROOT / "gallery/site/static/tokens.css").read_text("utf-8")
CLASSES = {
    *re.findall(r"\.([a-z][\w-]*)", STYLE),
    *re.findall(r"\.(p[\w-]*) {", TOKENS),
    *re.findall(r"\.(q\d)", DECISION),
}
ELEMENTS = {"svg", "title", "desc", "g", "rect", "path", "circle", "text"}
# What is drawn where. Colours, fonts and widths of lines are the style's.
ATTRIBUTES = {"class", "x", "y", "width", "height", "rx", "cx", "cy", "r", "d", "viewBox"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
class TestEachFile:
    """A real SVG in the one language of all drawings."""

    def test_it_is_made_of_our_shapes_alone(self, path):
        """No style, script, link or id: a page forbids the one and may hold many drawings."""
        root = ElementTree.parse(path).getroot()
        assert root.tag == SVG + "svg"
        for element in root.iter():
            assert element.tag.removeprefix(SVG) in ELEMENTS
            assert set(element.attrib) <= ATTRIBUTES, element.attrib
            assert set(element.get("class", "").split()) <= CLASSES, element.attrib

    def test_it_is_read_on_a_phone(self, path):
        """It is drawn as large as a phone shows it, and as light as a paragraph."""
        left, top, width, height = map(
            int, ElementTree.parse(path).getroot().get("viewBox").split()
        )
        assert (left, top) == (0, 0)
        assert width <= 340
        assert height <= 400
        assert len(gzip.compress(path.read_bytes(), 9)) <= 1_200

    def test_its_numbers_are_its_steps(self, path):
        """Each number that is drawn has a sentence, and no sentence lacks its number."""
        root = ElementTree.parse(path).getroot()
        drawn = [
            text.text
            for group in root.iter(SVG + "g")
            if group.get("class") == "step"
            for text in group.iter(SVG + "text")
        ]
        steps = read_svg(path).steps
        assert drawn == [str(number) for number in range(1, len(steps) + 1)]
        assert len(steps) >= 3
        described = root.find(SVG + "desc").text
        assert re.findall(r"^(\d+)\. ", described, re.MULTILINE) == drawn
        assert all(step.endswith(".") and step.count("`") % 2 == 0 for step in steps)

    def test_a_page_shows_it(self, path):
        """What no page shows would grow old unseen."""
        pages = [*ROOT.glob("docs/*.md"), *ROOT.glob("snippets/*/*.py")]
        shown = re.compile(rf"(\.\. |\{{)drawing(::|\}}) {path.stem}$", re.MULTILINE)
        assert any(shown.search(page.read_text("utf-8")) for page in pages)


def test_there_are_drawings():
    assert len(FILES) >= 10
    assert {"p-main", "p1", "p-help", "bar", "step"} <= CLASSES


GOOD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 20">
<title>A &lt; B</title>
<desc>
1. The parent calls `start()`.
2. The child &amp; its thread
   go on.
</desc>
<rect class="bar p1" width="340" height="20"/>
<g class="step"><text>1</text></g>
</svg>
"""


def test_a_file_is_read(tmp_path):
    path = tmp_path / "good.svg"
    path.write_text(GOOD)
    svg = read_svg(path)
    assert unescape(svg.title) == "A < B"
    assert svg.steps == ("The parent calls `start()`.", "The child &amp; its thread go on.")
    alone = svg.within_a_page(described=False)
    assert alone == (
        '<svg viewBox="0 0 340 20" role="img" aria-labelledby="drawing-good">'
        '<title id="drawing-good">A &lt; B</title>'
        '<rect class="bar p1" width="340" height="20"/><g class="step"><text>1</text></g></svg>'
    )
    described = svg.within_a_page(described=True)
    assert 'aria-describedby="drawing-good-steps"' in described
    assert (
        '<desc id="drawing-good-steps">1. The parent calls start(). '
        "2. The child &amp; its thread go on.</desc>"
    ) in described


@pytest.mark.parametrize("text", ["", "<svg/>", GOOD.replace("desc>", "description>")])
def test_a_file_that_is_no_drawing_is_refused(tmp_path, text):
    path = tmp_path / "bad.svg"
    path.write_text(text)
    with pytest.raises(SvgError, match=r"bad\.svg: a drawing begins with <svg xmlns viewBox>"):
        read_svg(path)


def test_pages_show_a_drawing(make_site):
    """In Markdown and in a lesson, with its own caption or with the steps, and as text."""
    site = make_site()
    (site.root / "docs" / "drawings").mkdir()
    (site.root / "docs" / "drawings" / "good.svg").write_text(GOOD)
    index = site.root / "docs" / "index.md"
    index.write_text(index.read_text() + "\n```{drawing} good\nSee `start()`.\n```\n")
    fork = "\n# sphinx_gallery_lesson_start_methods = ['fork']\n"
    fork += "# sphinx_gallery_lesson_start_methods_reason = 'to save time'\n"
    site.lesson("one", "# %%\n# .. drawing:: good\n\nprint(1)\n" + fork)
    assert site.build().status == 0, site.log

    own = (site.root / "build/html/index.html").read_text("utf-8")
    figure = re.search(r'<figure class="drawing">.*?</figure>', own, re.DOTALL)[0]
    caption = re.sub("<[^>]+>", "", figure.partition("<figcaption>")[2])
    assert caption.split() == ["See", "start()."]
    assert "1. The parent calls start()." in figure  # for those who hear the page

    steps = site.page("one")
    figure = re.search(r'<figure class="drawing">.*?</figure>', steps, re.DOTALL)[0]
    assert "<desc" not in figure
    assert "<strong>A &lt; B</strong>" in figure
    listed = re.findall(r"<li>(.*?)</li>", figure, re.DOTALL)
    assert [re.sub("<[^>]+>", "", item).strip() for item in listed] == [
        "The parent calls start().",
        "The child &amp; its thread go on.",
    ]

    assert site.build("text").status == 0, site.log
    text = site.page("one", "text", "txt")
    assert "Drawing: A < B." in text
    assert re.search(r'1\. The parent calls "start\(\)"\.', text)
    text = (site.root / "build/text/index.txt").read_text("utf-8")
    assert re.search(r'Drawing: A < B\.\s+See "start\(\)"\.', text)


def test_a_drawing_that_is_not_there_is_an_error_at_its_place(make_site):
    site = make_site()
    index = site.root / "docs" / "index.md"
    index.write_text(index.read_text() + "\n```{drawing} no-such-thing\n```\n")
    site.lesson("one", "print(1)\n")
    site.build()
    assert site.status != 0
    assert re.search(r"index\.md:\d+", site.log)
    assert "no-such-thing.svg: cannot be read" in site.log
