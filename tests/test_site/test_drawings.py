"""The drawings as a browser shows them: every word inside its picture, and none over another."""

import re

import pytest

from tests.test_site.conftest import HTML, pages
from tests.test_site.faults import equipped

WITH_DRAWINGS = [
    name for name in pages() if '<figure class="drawing">' in (HTML / name).read_text("utf-8")
]

# What is wrong with the words of a drawing: too small, out of the picture, or on another word.
FAULTS = """drawings => drawings.flatMap(svg => {
  const all = svg.getBoundingClientRect(), scale = all.width / svg.viewBox.baseVal.width;
  const words = [...svg.querySelectorAll('text')].map(e =>
    [e.textContent, e.getBoundingClientRect(), parseFloat(getComputedStyle(e).fontSize)]);
  const title = svg.querySelector('title').textContent;
  return words.flatMap(([word, box, size], n) => [
    ...(box.left < all.left - 1 || box.right > all.right + 1 || box.bottom > all.bottom + 1
      ? [`${title}: ${word} is cut off`] : []),
    ...(size * scale < 11.5 ? [`${title}: ${word} is too small`] : []),
    ...words.slice(n + 1).filter(([_, other]) =>
        Math.min(box.right, other.right) - Math.max(box.left, other.left) > 1 &&
        Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 4)
      .map(([other]) => `${title}: ${word} is on ${other}`),
  ]);
})"""


def test_lessons_and_the_glossary_have_drawings():
    assert len(WITH_DRAWINGS) >= 7
    assert "glossary.html" in WITH_DRAWINGS


@pytest.mark.parametrize("name", WITH_DRAWINGS)
def test_words_can_be_read_on_a_phone(visit, name):
    page = visit(name, width=360).page
    assert page.locator("figure.drawing svg").evaluate_all(FAULTS) == []


@pytest.mark.parametrize("name", WITH_DRAWINGS)
def test_a_drawing_s_numbers_are_explained_beside_it(name):
    """By its own list, by a list of the text that has as many steps, or by the page's headings."""
    page = (HTML / name).read_text("utf-8")
    lists = {
        page[: m.start()].count("\n"): m[0].count("<li>")
        for m in re.finditer(r"<ol.*?</ol>", page, re.DOTALL)
    }
    for figure in re.finditer(r'<figure class="drawing">.*?</figure>', page, re.DOTALL):
        steps = figure[0].count('class="step"')
        line = page[: figure.start()].count("\n")
        if 'id="question-1"' in page:
            assert steps == page.count('<section id="question-')
            continue
        near = [count for at, count in lists.items() if line <= at <= line + 60]
        assert steps in near, re.search(r"<title[^>]*>(.*?)</title>", figure[0])[1]


def test_bars_bytes_and_dashes_have_the_colour_of_their_process(visit):
    """That of the lines of a transcript, whatever else is said of the shape."""
    shapes = {"spawning/start_methods": ".ghost", "communication/read_before_join": ".bytes"}
    for name, shape in shapes.items():
        page = visit(f"lessons/{name}.html").page
        colours = page.locator(f"figure.drawing {shape}.p1").first.evaluate(
            """e => [getComputedStyle(e).stroke,
              getComputedStyle(document.querySelector(".drawing .bar.p1")).fill]"""
        )
        assert colours[0] == colours[1]


def test_forced_colours_keep_words_apart_from_bars(browser, address):
    """Where a reader has chosen all colours, no word has the colour of what is behind it."""
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    page.goto(address + "glossary.html")
    equipped(page)
    fills = page.locator("figure.drawing").first.evaluate(
        """figure => Object.fromEntries(['.bar', '.on', '.mid', '.step circle', '.step text']
          .map(s => [s, getComputedStyle(figure.querySelector(s)).fill]))"""
    )
    context.close()
    assert fills[".bar"] != fills[".on"] == fills[".mid"]
    assert fills[".step circle"] != fills[".step text"]
