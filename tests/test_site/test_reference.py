"""The pages to look things up in, and the ways from one page to the next."""

import html
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import expect

from gallery.lesson import scripts_in
from tests.test_site.conftest import HTML, ROOT
from tests.test_site.faults import equipped
from tests.test_site.test_pages import LESSONS

# -- the decision page, read as a reader without scripts does -----------------------------------


class Answers(HTMLParser):
    """Collects for each question the links of each of its answers."""

    def __init__(self) -> None:
        super().__init__()
        self.questions: dict[str, list[list[str]]] = {}
        self.inside = ""
        self.depth = 0

    def handle_starttag(self, tag, attrs):
        """Notice questions, answers and links."""
        attrs = dict(attrs)
        if re.fullmatch(r"question-\d+", attrs.get("id") or ""):
            self.inside = attrs["id"]
            self.questions[self.inside] = []
        if tag in ("h2", "h1") and self.questions.get(self.inside) != []:
            self.inside = ""  # a heading after the answers
        if tag == "ul" and self.inside:
            self.depth += 1
        if tag == "li" and self.depth == 1:
            self.questions[self.inside].append([])
        if tag == "a" and self.depth:
            self.questions[self.inside][-1].append(attrs["href"])

    def handle_endtag(self, tag):
        """Leave a list."""
        if tag == "ul" and self.inside:
            self.depth -= 1


def ways() -> list[list[str]]:
    """Return each way from the first question: the questions, then where it ends."""
    reader = Answers()
    reader.feed((HTML / "do-i-need-processes.html").read_text("utf-8"))
    assert set(reader.questions) == {f"question-{n}" for n in range(1, len(reader.questions) + 1)}
    found = []

    def walk(question: str, way: list[str]) -> None:
        assert question not in way, f"the way {way} comes back to {question}"
        answers = reader.questions[question]
        assert len(answers) >= 2, question
        for links in answers:
            assert links, f"an answer to {question} leads nowhere"
            on = [link[1:] for link in links if link.startswith("#")]
            assert len(on) <= 1, f"an answer to {question} leads to {on}"
            if on:
                walk(on[0], [*way, question])
            else:
                found.append([*way, question, links[-1]])

    walk("question-1", [])
    assert {q for way in found for q in way[:-1]} == set(reader.questions)  # none is left out
    return found


def test_every_way_ends_at_a_lesson_or_in_the_manual_within_six_questions():
    found = ways()
    assert len(found) >= 15
    for *questions, end in found:
        assert 1 <= len(questions) <= 6
        lesson = re.fullmatch(r"(lessons/\w+/\w+\.html)(#.*)?", end)
        if lesson:
            assert (HTML / lesson[1]).is_file(), end
        else:
            assert end.startswith(("https://docs.python.org/3.15/", "https://numpy.org/doc/")), end


def test_the_ways_say_when_not_to_use_processes():
    ends = " ".join(way[-1] for way in ways())
    for other in ("ThreadPoolExecutor", "asyncio", "subprocess", "numpy", "threading.Thread"):
        assert other in ends
    assert "pools/pool_map" in ends


def answer(words: str) -> str:
    """Return the text of the answer that begins with some words."""
    page = (HTML / "do-i-need-processes.html").read_text("utf-8")
    items = re.findall(r"<li>(.*?)</li>", page, re.DOTALL)
    texts = [" ".join(html.unescape(re.sub("<[^>]+>", "", item)).split()) for item in items]
    return next(text for text in texts if text.startswith(words))


def test_calls_tasks_and_crashes_go_to_an_executor_and_arrays_to_shared_memory():
    assert "ProcessPoolExecutor" in answer("Into calls of one function")
    crash = answer("Into tasks that may fail, or crash a worker")
    assert "ProcessPoolExecutor" in crash
    assert "BrokenProcessPool" in crash
    assert "SharedMemory" in answer("Into parts of one large array")


def test_the_page_asks_one_question_at_a_time_without_scripts(visit):
    """By keyboard; the tree marks the question, and a link shows them all."""
    page = visit("do-i-need-processes.html", script=False).page

    def asked() -> list[str]:
        sections = page.locator('section[id^="question-"]:visible').all()
        return [section.get_attribute("id") for section in sections]

    def marked() -> list[bool]:
        boxes = page.locator(".decision .box").all()
        widths = [box.evaluate("e => getComputedStyle(e).strokeWidth") for box in boxes]
        return [width == "3px" for width in widths]

    assert asked() == ["question-1"]
    assert marked() == [True, False, False, False, False, False]
    for number in (2, 4, 5):
        page.locator(f'article li a[href="#question-{number}"]:visible').focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**#question-{number}")
        assert asked() == [f"question-{number}"]
        assert marked().index(True) == number - 1
    page.go_back()
    equipped(page)
    assert asked() == ["question-4"]
    page.get_by_role("link", name="Back to question 2").click()
    assert asked() == ["question-2"]
    page.get_by_role("link", name="All six questions").click()
    assert len(asked()) == 6
    page.get_by_role("link", name="One at a time").click()
    assert asked() == ["question-1"]
    page.emulate_media(media="print")
    assert len(asked()) == 6


def test_a_question_s_heading_is_shown_where_a_link_leads_to_it(visit):
    page = visit("do-i-need-processes.html#how-does-the-work-divide", script=False).page
    assert page.get_by_role("heading", name="How does the work divide").is_visible()


# -- the cheat sheet on paper -------------------------------------------------------------------


def test_the_cheat_sheet_prints_on_two_sheets(visit):
    page = visit("cheat-sheet.html").page
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2  # one would be too small to read
    page.emulate_media(media="print")
    for part in (".site-bar", ".sidebar-drawer", "footer", ".copybtn"):
        for found in page.locator(part).all():
            assert not found.is_visible(), part
    size = page.locator("article pre").first.evaluate(
        "e => parseFloat(getComputedStyle(e).fontSize)"
    )
    assert size >= 9.3  # CSS pixels: 7 points


@pytest.mark.parametrize(("width", "media"), [(710, "print"), (1280, "screen"), (1440, "screen")])
def test_no_line_of_the_cheat_sheet_is_cut(visit, width, media):
    """Code does not reach out of its column, where paper (A4 less its margins) would lose it."""
    page = visit("cheat-sheet.html", width=width).page
    page.emulate_media(media=media)
    wide = page.evaluate(
        "[...document.querySelectorAll('article pre, article table')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
    )
    assert wide == []


@pytest.mark.parametrize(("width", "columns"), [(360, 1), (768, 1), (1280, 2), (1440, 2)])
def test_the_cheat_sheet_has_two_columns_where_there_is_room(visit, width, columns):
    """The table of symptoms comes first, over both."""
    page = visit("cheat-sheet.html", width=width).page
    sections = [section.bounding_box() for section in page.locator("article section section").all()]
    table, *tasks = sections
    assert len({round(task["x"]) for task in tasks}) == columns
    assert all(task["y"] >= table["y"] + table["height"] for task in tasks)
    assert max(task["width"] for task in tasks) <= table["width"] / columns
    assert page.evaluate("document.documentElement.scrollWidth") <= width


CHEAT_SHEET = (ROOT / "docs/cheat-sheet.md").read_text("utf-8").partition("## What you see")[2]
CHEAT_SHEET = CHEAT_SHEET.partition("\n## ")[0]
ROWS = re.findall(r"^\| (.+) \| (.+) \|$", CHEAT_SHEET, re.MULTILINE)[2:]


def test_the_cheat_sheet_has_a_table_of_what_one_sees():
    assert len(ROWS) >= 12


@pytest.mark.parametrize(("seen", "means"), ROWS, ids=[row[0] for row in ROWS])
def test_an_error_s_words_stand_on_the_lesson_s_page(seen, means):
    """A message in the table is one that the linked lesson shows, in its text or its output."""
    label = re.search(r"<sphx_glr_lessons_(.+?)\.py>", means)[1]
    labels = {"_".join(Path(name).with_suffix("").parts[1:]): name for name in LESSONS}
    page = (HTML / labels[label]).read_text("utf-8")
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert [words for words in re.findall(r"`([^`{]+)`", seen) if words not in text] == []


# -- next and previous --------------------------------------------------------------------------


def chapters_listed() -> list[str]:
    """Return the chapters as the list of lessons has them."""
    listed = (HTML / "lessons/index.html").read_text("utf-8")
    return list(dict.fromkeys(re.findall(r'href="(\w+)/index\.html', listed)))


def lessons_listed() -> list[str]:
    """Return the lessons of those chapters; what is not listed there is a page about an error."""
    return [name for name in LESSONS if name.split("/")[1] in chapters_listed()]


def in_order() -> list[str]:
    """Return chapters as they are listed, and their lessons by the lessons' own settings."""
    found: list[str] = []
    for chapter in chapters_listed():
        found.append(f"lessons/{chapter}/index.html")
        scripts = scripts_in(ROOT / "snippets" / chapter)
        orders = [
            (int(re.search(r"lesson_order = (\d+)", p.read_text("utf-8"))[1]), p.stem)
            for p in scripts
        ]
        found += [f"lessons/{chapter}/{name}.html" for _, name in sorted(orders)]
    return found


def neighbours(name: str) -> dict[str, str]:
    """Return where a page's ``prev`` and ``next`` lead."""
    text = (HTML / name).read_text("utf-8")
    base = (HTML / name).parent
    links = re.findall(r'<link rel="(next|prev)" title="[^"]*" href="([^"]+)"', text)
    return {rel: str((base / href).resolve().relative_to(HTML.resolve())) for rel, href in links}


def test_next_and_previous_follow_the_reading_order_over_chapters():
    order, course = in_order(), tuple(f"lessons/{chapter}/" for chapter in chapters_listed())
    assert {name for name in LESSONS if name.startswith(course)} <= set(order)
    for here, after in pairwise(order):
        assert neighbours(here)["next"] == after
        assert neighbours(after)["prev"] == here
    assert neighbours(order[0])["prev"] == "lessons/index.html"


def test_the_way_ends_where_a_section_does():
    assert "next" not in neighbours(in_order()[-1])
    for first in ("errors.html", "quiz.html"):
        assert neighbours(first).keys() == {"next"}


def test_next_and_previous_are_seen_at_the_end_of_a_page(visit):
    page = visit(in_order()[1]).page
    assert page.locator(".related-pages .next-page").is_visible()
    assert page.locator(".related-pages .prev-page").is_visible()
    page = visit(in_order()[-1]).page
    assert page.locator(".related-pages a").count() == 1
    assert page.locator(".related-pages .prev-page").is_visible()


# -- names and terms ----------------------------------------------------------------------------


def links_of(name: str) -> set[str]:
    """Return all addresses that a page links to."""
    return set(re.findall(r'<a [^>]*href="([^"]+)"', (HTML / name).read_text("utf-8")))


def test_the_index_leads_to_cells():
    """That they are there is what test_links.py asks of all links."""
    for chapter in chapters_listed():
        assert any("#cell-" in link for link in links_of(f"names/{chapter}.html")), chapter
    chapters = {lesson.split("/")[1] for lesson in LESSONS}
    assert {page.stem for page in HTML.glob("names/*.html")} == chapters


def test_lessons_propose_others_that_share_names():
    for name in lessons_listed():
        text = (HTML / name).read_text("utf-8")
        also = re.search(r'<p class="also-read">.*?</p>', text, re.DOTALL)[0]
        found = re.findall(r'<a class="reference internal" href="([^"#]+)', also)
        assert 1 <= len(found) <= 3, name
        assert also.count("(also <code") == len(found)
        end = text.index('id="run-it"')
        assert text.rindex('class="highlight', 0, end) < text.index('class="also-read"') < end


NAMES = """() => [...document.querySelectorAll('dl.names > dt')]
  .filter(e => e.checkVisibility()).map(e => e.querySelector('code').textContent)"""


@pytest.mark.parametrize("width", [360, 1280])
def test_the_index_can_be_filtered(visit, width):
    """By names, also those that are folded; emptied, the field shows the page as it was."""
    page = visit("names.html", width=width).page
    everything = page.locator("dl.names > dt").count()
    at_first = page.evaluate(NAMES)
    folded = page.locator("details dl.names > dt").count()
    assert 40 < len(at_first) == everything - folded  # those that lessons use
    assert folded
    field = page.get_by_label("Filter by name or chapter")
    field.fill("queue. PUT")
    shown = page.evaluate(NAMES)
    assert {"Queue.put()", "SimpleQueue.put()"} <= set(shown)
    assert len(shown) <= 6
    assert page.locator(".names-count").inner_text() == f"{len(shown)} of {everything} names"
    field.fill("no such name")
    assert page.evaluate(NAMES) == []
    field.fill("")
    assert page.evaluate(NAMES) == at_first


def test_names_that_begin_as_typed_come_first_and_chapters_last(visit):
    page = visit("names.html").page
    page.get_by_label("Filter by name or chapter").fill("pool")
    shown = page.evaluate(NAMES)
    ranks = [
        0 if name.lower().startswith("pool") else 1 if "pool" in name.lower() else 2
        for name in shown
    ]
    # A name's module counts as part of it: AsyncResult is in multiprocessing.pool.
    assert ranks[0] == 0
    assert ranks[: ranks.count(0)] == [0] * ranks.count(0)
    assert shown.index("Pool.map()") < shown.index("AsyncResult") < shown.index("active_children()")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_name_is_a_row(visit, width):
    page = visit("names.html", width=width).page
    name = page.locator("dl.names > dt").first.bounding_box()
    used = page.locator("dl.names > dd").first.bounding_box()
    if width == 1280:
        assert name["y"] == used["y"]
        assert name["x"] + name["width"] <= used["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_index_is_complete_without_scripts(visit):
    page = visit("names.html", script=False).page
    assert page.locator("dl.names > dt").count() > 190
    assert page.locator(".names-filter").count() == 0
    fold = page.locator("details.folded").first
    assert not fold.locator("dt").first.is_visible()
    fold.locator("summary").click()
    assert fold.locator("dt").first.is_visible()


def test_the_glossary_goes_from_a_to_z():
    """Each letter with terms has a heading and a link to it, and terms stand in order below it."""
    text = (HTML / "glossary.html").read_text("utf-8")
    letters = re.search(r'<div class="letters.*?</div>', text, re.DOTALL)[0]
    jumps = re.findall(r'href="#glossary-(\w)">(\w)<', letters)
    sections = re.findall(r'<section id="glossary-(\w)">(.*?)</section>', text, re.DOTALL)
    assert jumps == [(name, name.upper()) for name, _ in sections]
    order = []
    for name, section in sections:
        found = re.findall(
            r'<dl class="[^"]*glossary[^>]*>|<dd>|<dt id="term-[^"]*">([^<]+)', section
        )
        # An entry may have several terms: the first counts.
        first = [term for before, term in pairwise(["", *found]) if term and not before]
        assert {term[0].lower() for term in first} == {name}
        order += first
    plain = [re.sub(r"\W", "", term).lower() for term in order]
    assert plain == sorted(plain)
    assert len(order) >= 45


@pytest.mark.parametrize("width", [360, 1280])
def test_a_letter_leads_to_its_terms(visit, width):
    page = visit("glossary.html", width=width, script=False).page
    page.locator(".letters a", has_text="Q").click()
    term = page.locator("dl.glossary > dt[id=term-queue]")
    expect(term).to_be_in_viewport()
    assert int(term.evaluate("e => getComputedStyle(e).fontWeight")) >= 600
    if width == 360:
        box = page.locator(".letters a").first.bounding_box()
        assert min(box["width"], box["height"]) >= 44


def test_terms_link_to_their_definitions():
    text = (HTML / "glossary.html").read_text("utf-8")
    terms = re.findall(r'<dt id="(term-[^"]+)"', text)
    assert len(terms) >= 45
    for page in ("how-to-read.html", "recordings.html", "do-i-need-processes.html"):
        linked = {link.partition("#")[2] for link in links_of(page) if "glossary.html#" in link}
        assert linked, page
        assert linked <= set(terms)


# -- downloads ----------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 1280])
def test_hashes_of_downloads_are_folded(visit, width):
    """They open without scripts, and then stay within the page."""
    page = visit("downloads.html", width=width, script=False).page
    hashes = page.locator("table.downloads code")
    assert hashes.count() >= 6
    assert not any(found.is_visible() for found in hashes.all())
    page.locator("table.downloads summary").first.click()
    assert re.fullmatch(r"[0-9a-f]{64}", hashes.first.inner_text())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
