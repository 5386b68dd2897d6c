"""The search in the browser: right pages first, in the section that answers, by keyboard alone."""

import gzip
import json
import re
import time
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route
from rjsmin import jsmin

from tests.test_site.conftest import HTML, ROOT, pages
from tests.test_site.faults import equipped, violations
from tests.test_site.serving import served

QUERIES = ROOT / "tests/test_site/queries.tsv"
MANY = 500
WANTED = 0.97  # of the queries; the right page among the first three
WANTED_AT_FIRST = 0.95  # before sentences are there
LESSON = "lessons/pools/starmap.html"
INTERACTIVE = "lessons/spawning/interactive.html"
ERROR_PAGE = "lessons/does_not_start/bootstrapping.html"
FIELD = "[role=search] [name=q]:not(#search-field, [data-find])"
RESULTS = ".search-results a"
COMPLETE = "[data-searched=all]"
SENTENCES = "**/search-index-*.js*"
ON_DEMAND = ["ranking.js", "search-index.js", "search.css", "search.js"]


def queries() -> list[tuple[str, set[str]]]:
    """Return each query and the addresses of its pages."""
    found = []
    for line in QUERIES.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            query, names = line.split("\t")
            found.append((query, {address(name) for name in names.split()}))
    return found


def address(name: str) -> str:
    """Return the address of a page that is named as in the queries' file."""
    lesson = f"lessons/{name}.html"
    return lesson if "/" in name else f"{name}.html"


def index() -> dict:
    """Return the first part of the index."""
    text = (HTML / "_static/search-index.js").read_text("utf-8")
    return json.loads(re.fullmatch(r"var SEARCH = (.*);\n", text)[1])


def parts() -> list[str]:
    """Return the names of the other parts."""
    return [address.partition("?")[0] for address in index()["parts"]]


def file_of(address: str) -> str:
    """Return the last part of an address, without what stands behind the question mark."""
    return Path(urlsplit(address).path).name


def below(page: Page, address: str) -> str:
    """Return an address of the site from its root on."""
    return address.partition(urlsplit(page.url).netloc + "/")[2]


def found(page: Page, query: str) -> list[str]:
    """Type a query into the page of results; return the addresses of the results."""
    page.locator("#search-field").fill(query)
    return found_now(page)


def found_now(page: Page) -> list[str]:
    """Return the addresses of the results, without their sections."""
    return [link.partition("#")[0] for link in links(page, page.locator(RESULTS))]


def links(page: Page, shown: Locator) -> list[str]:
    """Return where links lead."""
    return [below(page, at) for at in shown.evaluate_all("all => all.map(a => a.href)")]


def complete(page: Page) -> None:
    """Have all loaded that the search looks through."""
    page.locator("#search-field").fill("process")
    page.wait_for_selector(COMPLETE, state="attached")


@pytest.fixture
def results(visit):
    """Open the page of results, with all that the search looks through."""
    visited = visit("search.html")
    visited.page.wait_for_selector("[role=combobox]")
    complete(visited.page)
    yield visited.page
    assert visited.complaints == visited.elsewhere == []


@pytest.fixture
def held(visit):
    """Open the search with its sentences on their way; return the page, and what ends the wait."""
    page: Page = visit("search.html").page
    page.wait_for_selector("[role=combobox]")
    waiting: list[Route] = []
    page.route(SENTENCES, lambda route: waiting.append(route))

    def release() -> None:
        deadline = time.monotonic() + 20
        while len(waiting) < len(parts()) and time.monotonic() < deadline:
            page.wait_for_timeout(20)
        assert len(waiting) == len(parts())
        for route in waiting:
            route.continue_()
        page.wait_for_selector(COMPLETE, state="attached")

    return page, release


@pytest.fixture
def typing(visit):
    """Turn to the field of a page, and type; return the page, with a list below the field."""

    def type_(query: str, name: str = LESSON, field: str = FIELD, **how: object) -> Page:
        page: Page = visit(name, **how).page
        page.locator(field).first.focus()
        page.wait_for_selector("[role=combobox]")
        page.keyboard.insert_text(query)
        if query:
            page.wait_for_selector(f"form:has([name=q]:focus) {COMPLETE}", state="attached")
        return page

    return type_


def options(page: Page) -> Locator:
    """Return what is in the list that is open."""
    return page.locator(".hits:visible [role=option]")


# -- the right page -------------------------------------------------------------------------------

FIRST_THREE = """queries => queries.map(query => SEARCH.find(query).slice(0, 3)
    .map(result => result.page.at.replace(/#.*/, "")))"""


def missed(page: Page) -> list[str]:
    """Return the queries without a right page among the first three."""
    all_ = queries()
    firsts = page.evaluate(FIRST_THREE, [query for query, _ in all_])
    return [
        f"{query}: {', '.join(first)}"
        for (query, wanted), first in zip(all_, firsts, strict=True)
        if not wanted & set(first)
    ]


def test_the_queries_are_many_and_name_pages_that_exist():
    """A name of a page that is still to be written is fine as long as another one is there."""
    asked = [query for query, _ in queries()]
    assert len(asked) >= MANY
    assert len(set(asked)) == len(asked)
    there = set(pages())
    assert [query for query, wanted in queries() if not wanted & there] == []


def test_the_right_page_is_among_the_first_three(results):
    wrong = missed(results)
    assert len(wrong) <= (1 - WANTED) * len(queries()), "\n".join(wrong)


def test_the_first_part_alone_finds_nearly_as_well(held):
    page, _ = held
    wrong = missed(page)
    assert len(wrong) <= (1 - WANTED_AT_FIRST) * len(queries()), "\n".join(wrong)


@pytest.mark.parametrize(
    "query", ["queue empty", "Pool not running", "SharedMemory", "quiz", "mutliprocessing pool"]
)
def test_each_field_shows_the_same(results, typing, query):
    """And in the same way: there is one order, and one way to show a result."""
    found(results, query)
    page = typing(query)
    shown = page.locator(".hits:visible .hit").evaluate_all("all => all.map(a => a.innerHTML)")
    there = results.locator(RESULTS).evaluate_all("all => all.map(a => a.innerHTML)")
    assert len(shown) == min(6, len(there))
    assert shown == there[: len(shown)]


RUN = """\
Traceback (most recent call last):
  File "<string>", line 1, in <module>
  File "C:\\Python312\\Lib\\multiprocessing\\spawn.py", line 122, in spawn_main
    exitcode = _main(fd, parent_sentinel)
  File "C:\\Users\\mia\\work\\prices.py", line 9, in <module>
    p.start()
RuntimeError:
        An attempt has been made to start a new process before the
        current process has finished its bootstrapping phase.

        This probably means that you are not using fork to start your
        child processes and you have forgotten to use the proper idiom
        in the main module:

            if __name__ == '__main__':
                freeze_support()
                ...
"""
READ = """\
Process SpawnPoolWorker-3:
Traceback (most recent call last):
  File "/usr/lib/python3.12/multiprocessing/pool.py", line 114, in worker
    task = get()
           ^^^^^
  File "/usr/lib/python3.12/multiprocessing/queues.py", line 389, in get
    return _ForkingPickler.loads(res)
AttributeError: Can't get attribute 'read_prices' on <module '__main__' (built-in)>
"""
TWICE = '''\
multiprocessing.pool.RemoteTraceback:
"""
Traceback (most recent call last):
  File "/usr/lib/python3.12/multiprocessing/pool.py", line 125, in worker
    result = (True, func(*args, **kwds))
  File "/home/mia/prices.py", line 14, in parse
    return 100 / row["pieces"]
ZeroDivisionError: division by zero
"""

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/home/mia/prices.py", line 20, in <module>
    print(pool.map(parse, rows))
ZeroDivisionError: division by zero
'''
SENT = """\
Traceback (most recent call last):
  File "/srv/jobs/prices.py", line 51, in <module>
    job.start()
  File "/usr/lib/python3.13/multiprocessing/reduction.py", line 60, in dump
    ForkingPickler(file, protocol).dump(obj)
TypeError: cannot pickle '_thread.lock' object
"""
FUNCTION = """\
  File "/srv/jobs/prices.py", line 28, in main
    pool.map(lambda row: row.total, rows)
_pickle.PicklingError: Can't pickle <function <lambda> at 0x7fb2c81d5ee0>: attribute lookup \
<lambda> on __main__ failed
"""
WAITED = """\
  File "/srv/jobs/prices.py", line 9, in <module>
    price = result.get(timeout=3)
  File "/usr/lib/python3.11/multiprocessing/pool.py", line 770, in get
    raise TimeoutError
multiprocessing.context.TimeoutError
"""
EMPTY = """\
  File "/srv/jobs/prices.py", line 30, in collect
    price = prices.get(timeout=1)
  File "/usr/lib/python3.12/multiprocessing/queues.py", line 114, in get
    raise Empty
_queue.Empty
"""
CALLED = """\
  File "/usr/lib/python3.12/multiprocessing/pool.py", line 48, in mapstar
    return list(map(*args))
TypeError: discount() missing 1 required positional argument: 'percent'
"""
PASTED = [
    (RUN, ERROR_PAGE),
    (READ, INTERACTIVE),
    (TWICE, "lessons/pools/pool_map.html"),
    (SENT, "lessons/communication/what_can_be_pickled.html"),
    (FUNCTION, "lessons/cannot_pickle/local_object.html"),
    (WAITED, "lessons/pools/apply_async.html"),
    (EMPTY, "lessons/communication/empty_and_qsize.html"),
    (CALLED, LESSON),
]


@pytest.mark.parametrize("sign", ["\n", " ", ""], ids=["lines", "spaces", "glued"])
def test_a_pasted_traceback_leads_to_the_page_about_its_message(results, sign):
    """Whatever a browser makes of the ends of lines in a field of one line."""
    tracebacks = [traceback.replace("\n", sign) for traceback, _ in PASTED]
    first = [answer[0] for answer in results.evaluate(FIRST_THREE, tracebacks)]
    assert first == [page for _, page in PASTED]


@pytest.mark.parametrize("traceback", [RUN, SENT, FUNCTION])
def test_of_what_was_pasted_only_the_message_leaves_the_page(typing, traceback):
    """No path, no name: they would stand in a server's log."""
    page = typing(traceback)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html*")
    page.wait_for_selector(RESULTS)
    (asked,) = parse_qs(urlsplit(page.url).query)["q"]
    assert asked == page.locator("#search-field").input_value()
    assert asked.startswith(("RuntimeError: An attempt", "TypeError: cannot", "_pickle.Pickl"))
    for own in ("prices", "mia", "0x7f", "line 28"):
        assert own not in asked
    assert len(asked) <= 200
    assert found_now(page)[0] in [page for text, page in PASTED if text == traceback]


def test_words_that_are_no_message_stay_as_they_are(results):
    for query in ("wait for Pool", "exitcode -9 /tmp/a/b", "Queue.Empty 'x'", "it's an Exception"):
        assert results.evaluate("query => SEARCH.message(query)", query) == query


@pytest.mark.parametrize(
    ("message", "page"),
    [
        ("AttributeError: Can't get attribute 'f' on <module '__main__'", INTERACTIVE),
        ("TypeError: power() missing 1 required positional argument: 'exponent'", LESSON),
        (
            "_pickle.PicklingError: Can't pickle <function <lambda> at 0x7f3c>: attribute lookup "
            "<lambda> on __main__ failed",
            "lessons/cannot_pickle/local_object.html",
        ),
    ],
)
def test_a_whole_error_message_finds_its_page_first(results, message, page):
    assert found(results, message)[0] == page


# -- what a result says ---------------------------------------------------------------------------


def test_a_result_leads_to_the_section_that_answers(results):
    found(results, "task_done called too many times")
    first = results.locator(RESULTS).first
    at = below(results, first.evaluate("a => a.href"))
    assert at.startswith("lessons/communication/joinable_queue.html#valueerror-task-done")
    assert "task_done()" in first.locator("small span").inner_text()
    first.click()
    results.wait_for_url("**/joinable_queue.html#*")
    assert "task_done()" in results.locator(":target h2").inner_text()


def test_what_stands_in_a_title_leads_to_the_page(results):
    found(results, "starmap")
    assert links(results, results.locator(RESULTS).first) == [LESSON]


ANSWERS = """queries => queries.flatMap(query => SEARCH.find(query).slice(0, 6).map(result => {
    const answer = SEARCH.answer(result);
    return [answer.at, answer.sentence && answer.sentence.text];
}))"""


def test_every_section_that_a_result_leads_to_is_there(results):
    answers = results.evaluate(ANSWERS, [query for query, _ in queries()])
    there = {at.partition("#")[::2] for at, _ in answers}
    ids = {
        page: set(re.findall(r'\bid="([^"]+)"', (HTML / page).read_text("utf-8")))
        for page in {page for page, _ in there}
    }
    assert sum(bool(anchor) for _, anchor in there) > 50
    assert {(page, at) for page, at in there if at and unquote(at) not in ids[page]} == set()


def test_a_result_says_a_sentence_of_its_page_and_no_question_of_a_reader(results):
    answers = results.evaluate(ANSWERS, [query for query, _ in queries()])
    asked = {words for page in index()["pages"] for words in page[4]}
    assert {sentence for _, sentence in answers if not sentence or sentence in asked} == set()


@pytest.mark.parametrize(
    ("query", "page", "kind"),
    [
        ("starmap", LESSON, "lesson"),
        ("bootstrapping phase", ERROR_PAGE, "error"),
        ("zombie", "glossary.html#term-zombie", "page"),
        ("current_process", "names.html#multiprocessing.current_process", "name"),
        ("quiz communication", "quiz/communication.html", "quiz"),
    ],
)
def test_a_result_says_what_it_is(results, query, page, kind):
    found(results, query)
    place = links(results, results.locator(RESULTS)).index(page)
    assert place < 3
    assert results.locator(RESULTS).nth(place).locator(".kind").inner_text() == kind


def test_the_words_that_were_found_are_marked(results):
    found(results, "starmap zip")
    first = results.locator(".search-results > li").first
    marked = {word.lower() for word in first.locator("mark").all_inner_texts()}
    assert marked >= {"starmap", "zip"}


@pytest.mark.parametrize("query", ["pool map", "perfetto"])
def test_how_many_results_there_are_is_said(results, query):
    found(results, query)
    count = results.evaluate("query => SEARCH.find(query).length", query)
    words = f"{count} results, the best first" if count > 1 else "1 result"
    assert results.locator(".search-status").inner_text() == words


@pytest.fixture
def changed(visit):
    """Open a page of a site with another index."""

    def open_(name: str, index: dict) -> Page:
        visited = visit("index.html")
        script = f"var SEARCH = {json.dumps(index)};"
        visited.page.route(
            "**/search-index.js*",
            lambda route: route.fulfill(body=script, content_type="text/javascript"),
        )
        visited.page.goto(visited.own + name)
        equipped(visited.page)
        assert visited.complaints == []
        return visited.page

    return open_


def test_a_title_is_text_whatever_is_in_it(changed):
    strange = "Can't pickle <function <lambda>> </script><img src=x onerror=alert(1)>"
    other = index()
    other["pages"][0][1:3] = [strange, "<b>kind</b>"]
    other["pages"][0][4] = ["<i>lambda unheard-of</i>"]
    page = changed("search.html?q=lambda+unheard-of", other)
    page.wait_for_selector(COMPLETE, state="attached")
    first = page.locator(RESULTS).first
    assert first.locator("b").inner_text() == strange
    assert first.locator(".kind").inner_text() == "<b>kind</b>"
    assert page.locator(".search-results :is(img, i, b b, .kind b)").count() == 0


SCORES = """([query, errors]) => SEARCH.find(query, errors)
    .map(({page, score}) => [page.at, score, page.kind])"""


def test_pages_about_errors_count_more_where_an_error_is_asked_for(results):
    """Where the field is for errors, and where the words look like one."""
    plain = {at: score for at, score, _ in results.evaluate(SCORES, ["bootstrapping", False])}
    raised = results.evaluate(SCORES, ["bootstrapping", True])
    assert {"error", "lesson"} <= {kind for _, _, kind in raised}
    for at, score, kind in raised:
        assert score == pytest.approx(plain[at] * (1.25 if kind == "error" else 1))
    message = "RuntimeError: bootstrapping"
    assert results.evaluate(SCORES, [message, False]) == results.evaluate(SCORES, [message, True])


def test_what_is_typed_is_never_markup(visit):
    visited = visit("search.html?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E+queue")
    visited.page.wait_for_selector(COMPLETE, state="attached")
    assert visited.page.locator(RESULTS).count() > 0
    assert visited.page.locator("article img").count() == 0
    assert visited.complaints == []


# -- the list below a field -----------------------------------------------------------------------


def test_the_search_is_loaded_by_whoever_turns_to_it(visit):
    """A page loads what it is about; sentences come once something is typed."""
    page = visit(LESSON).page
    page.wait_for_load_state("networkidle")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert "site-pages.js" in map(file_of, loaded)
    assert not {*map(file_of, loaded)} & {*ON_DEMAND, *parts()}
    asked: list[str] = []
    page.on("request", lambda request: asked.append(file_of(request.url)))
    page.keyboard.press("/")
    page.wait_for_selector("[role=combobox]")
    page.wait_for_load_state("networkidle")
    assert sorted(asked) == ON_DEMAND
    asked.clear()
    page.keyboard.type("queue")
    page.wait_for_selector(COMPLETE, state="attached")
    page.keyboard.type(" empty")
    page.locator(FIELD).first.blur()
    page.locator(FIELD).first.focus()
    assert sorted(asked) == parts()


def test_what_every_page_pays_for_the_search_is_little():
    script = jsmin((HTML / "_static/find.js").read_text("utf-8"))
    assert len(gzip.compress(script.encode())) < 600


def test_a_reader_who_types_at_once_is_not_too_early(visit):
    """What was typed before the search was there is answered when it is."""
    page = visit(LESSON).page
    waiting: list[Route] = []
    page.route("**/ranking.js*", lambda route: waiting.append(route))
    page.keyboard.press("/")
    page.keyboard.type("queue empty")
    page.wait_for_timeout(1)
    while not waiting:
        page.wait_for_timeout(10)
    assert page.locator("[role=combobox]").count() == 0
    waiting[0].continue_()
    options(page).first.wait_for()
    assert "Queue" in options(page).first.inner_text()


@pytest.mark.parametrize("key", ["/", "Control+k", "Meta+k"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_key_leads_to_the_field(visit, key, width):
    page = visit(LESSON, width=width).page
    page.keyboard.press(key)
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("a/b")  # there it is a letter
    assert page.locator(FIELD).first.input_value() == "a/b"


def said(page: Page, *names: str) -> list[str | None]:
    """Return attributes of the field that has the focus."""
    return page.evaluate(
        "names => names.map(name => document.activeElement.getAttribute(name))", list(names)
    )


def chosen(page: Page) -> str:
    """Return where the chosen result leads; empty where none is; its mark and the field agree."""
    marked = page.locator("[role=option][aria-selected=true]")
    (named,) = said(page, "aria-activedescendant")
    if not named:
        assert marked.count() == 0
        return ""
    assert marked.get_attribute("id") == named
    return below(page, marked.evaluate("a => a.href"))


def test_arrows_choose_and_enter_leads_there(typing):
    page = typing("pool map")
    assert said(page, "role", "aria-expanded", "aria-autocomplete") == ["combobox", "true", "list"]
    (controls,) = said(page, "aria-controls")
    assert page.locator(f"#{controls}").get_attribute("role") == "listbox"
    all_ = links(page, options(page))
    assert len(all_) >= 3
    assert chosen(page) == ""  # until a reader chooses
    for link in [*all_, ""]:
        page.keyboard.press("ArrowDown")
        assert chosen(page) == link
    page.keyboard.press("ArrowUp")
    assert chosen(page) == all_[-1]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert chosen(page) == all_[1]
    assert page.evaluate("document.activeElement.value") == "pool map"  # the focus stays
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{all_[1]}")


def test_enter_without_a_choice_asks_for_all_results(typing):
    page = typing("starmap/zip & more")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?*")
    page.wait_for_selector(RESULTS)
    assert page.locator("#search-field").input_value() == "starmap/zip & more"
    assert found_now(page)[0] == LESSON


def test_escape_closes_the_list_and_keeps_the_words(typing):
    page = typing("starmap")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert said(page, "aria-expanded", "aria-activedescendant") == ["false", ""]
    assert options(page).count() == 0
    assert page.evaluate("document.activeElement.value") == "starmap"
    page.keyboard.press("ArrowDown")
    assert options(page).count() > 0
    assert chosen(page) == ""
    page.keyboard.press("Tab")
    assert options(page).count() == 0  # the focus has gone


def test_a_result_is_a_link_to_be_clicked(typing):
    page = typing("starmap")
    assert options(page).first.evaluate("a => a.tagName") == "A"
    page.locator("body").press("Home")
    first = links(page, options(page).first)[0]
    options(page).first.click()
    page.wait_for_url(f"**/{first}")


def test_a_choice_survives_the_sentences(visit):
    """They come while a reader has chosen: nothing is put in another order then."""
    page = visit(LESSON).page
    waiting: list[Route] = []
    page.route(SENTENCES, lambda route: waiting.append(route))
    page.keyboard.press("/")
    page.wait_for_selector("[role=combobox]")
    page.keyboard.type("open trace in perfetto")
    while len(waiting) < len(parts()):
        page.wait_for_timeout(10)
    page.keyboard.press("ArrowDown")
    before = [link.partition("#")[0] for link in links(page, options(page))]
    here = chosen(page).partition("#")[0]
    for route in waiting:
        route.continue_()
    page.wait_for_selector(COMPLETE, state="attached")
    assert [link.partition("#")[0] for link in links(page, options(page))] == before
    assert chosen(page).partition("#")[0] == here


def test_nothing_found_is_said(typing):
    page = typing("xylophone")
    assert options(page).count() == 0
    assert "No page" in page.locator(".hits:visible [role=status]").inner_text()


@pytest.mark.parametrize(
    ("width", "dark"), [(360, False), (360, True), (1280, False), (1280, True)]
)
def test_the_list_is_on_the_screen_and_in_order(typing, width, dark):
    """Full width on a phone, rows that a finger hits, nothing wrong in axe's eyes."""
    page = typing("queue empty", width=width, dark=dark)
    page.keyboard.press("ArrowDown")
    box = page.locator(".hits:visible").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= 900
    if width == 360:
        assert box["width"] >= 340
    heights = options(page).evaluate_all("all => all.map(a => a.getBoundingClientRect().height)")
    assert min(heights) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_the_list_moves_nothing(typing):
    page = typing("")
    heading = page.locator("h1").bounding_box()
    page.keyboard.type("queue")
    options(page).first.wait_for()
    assert page.locator("h1").bounding_box() == heading


# -- the field for errors -------------------------------------------------------------------------


def test_the_field_for_errors_leads_to_the_answer(typing):
    page = typing(SENT, "index.html", "[data-find=error]")
    assert links(page, options(page))[0].startswith(
        "lessons/communication/what_can_be_pickled.html"
    )
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/what_can_be_pickled.html*")


def test_the_field_for_errors_asks_the_page_of_results_as_one_about_errors(typing):
    """Words that look like no error are about one there."""
    page = typing("pipe is broken", "index.html", "[data-find=error]")
    here = [link.partition("#")[0] for link in links(page, options(page))]
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?*find=error*")
    page.wait_for_selector(RESULTS)
    assert found_now(page)[: len(here)] == here


@pytest.mark.parametrize("width", [360, 1280])
def test_the_list_below_the_field_for_errors_is_in_order(typing, width):
    page = typing(READ, "index.html", "[data-find=error]", width=width)
    box, field = page.locator(".hits:visible"), page.locator("form:has([data-find=error])")
    assert box.bounding_box()["width"] == pytest.approx(field.bounding_box()["width"], abs=130)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


# -- where nothing is -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "words", "page"),
    [
        ("lessons/pools/pool_maps.html", "pools pool_maps", "lessons/pools/pool_map.html"),
        ("starmap", "starmap", LESSON),
        ("spawning/exit-codes/", "spawning exit codes", "lessons/spawning/exit_codes.html"),
        ("lessons/%3Cb%3Equeue%22&%E0%A4.html", "b queue", "lessons/communication/queues.html"),
    ],
)
def test_an_address_where_nothing_is_asks_the_search(browser, address, words, page):
    with served(HTML) as root, browser.new_context() as context:
        lost = context.new_page()
        lost.goto(root + address)
        equipped(lost)
        lost.wait_for_selector(RESULTS)
        assert lost.locator("#search-field").input_value() == words
        assert page in found_now(lost)[:3]
        before = lost.url
        lost.locator("#search-field").fill("sentinel")
        assert lost.url == before
        lost.locator(RESULTS).first.click()
        lost.wait_for_url("**/sentinels.html*")


def test_without_javascript_a_missing_page_says_where_to_look(browser):
    with served(HTML) as root, browser.new_context(java_script_enabled=False) as context:
        lost = context.new_page()
        lost.goto(root + "lessons/pools/pool_maps.html")
        equipped(lost)
        assert not lost.locator("#search-field").is_visible()
        places = lost.locator("article a").evaluate_all("all => all.map(a => a.href)")
        assert {root + name for name in ("names.html", "lessons/index.html")} <= set(places)


# -- the page of results --------------------------------------------------------------------------


@pytest.mark.parametrize("focused", [False, True])
def test_no_result_moves_when_the_sentences_arrive(held, focused):
    """The words are in titles and askers' words; what sentences add comes in reserved lines."""
    page, release = held
    page.locator("#search-field").fill("queue pipe")
    if focused:
        page.keyboard.press("ArrowDown")
    shown = page.locator(RESULTS)

    def places() -> list[object]:
        return [(one.locator("b").inner_text(), one.bounding_box()) for one in shown.all()]

    before, said = places(), page.locator(".hit small").all_inner_texts()
    release()
    assert len(before) > 3
    assert places()[: len(before)] == before
    assert page.locator(".hit small").all_inner_texts()[: len(said)] != said
    assert page.evaluate("document.activeElement.matches('.search-results a')") == focused


def test_a_word_that_only_sentences_have_is_found_when_they_arrive(held):
    page, release = held
    page.locator("#search-field").fill("perfetto")
    assert "No page" not in page.locator(".search-status").inner_text()
    assert not page.locator(".search-nothing").is_visible()
    release()
    words = page.locator(RESULTS).first.locator("mark").all_inner_texts()
    assert "perfetto" in [word.lower()[:8] for word in words]


def test_a_reader_who_points_at_a_result_does_not_lose_it(held):
    """Though with the sentences, which alone have one of the words, others come first."""
    page, release = held
    before = found(page, "open trace in perfetto")
    page.locator(RESULTS).first.hover()
    release()
    assert found_now(page) == before
    page.mouse.move(0, 0)
    assert found(page, "open trace in perfetto ")[:3] != before[:3]


def test_without_the_sentences_there_are_results(visit):
    page = visit("search.html").page
    page.route(SENTENCES, lambda route: route.abort())
    page.wait_for_selector("[role=combobox]")
    complete(page)
    assert found(page, "starmap")[0] == LESSON
    found(page, "xylophone")
    assert "No page" in page.locator(".search-status").inner_text()


MOST = 60_000  # bytes, of 250 pages


def test_what_first_results_need_is_no_more_than_60_kb_with_250_pages():
    """A page more weighs less than the average of those there are: words come again."""
    pages = [page for page in index()["pages"] if page[3] == 1]  # lessons are what there will be
    both = [gzip.compress(json.dumps(some).encode()) for some in (pages[::2], pages)]
    more = (len(both[1]) - len(both[0])) / (len(pages) - len(pages[::2]))
    first = len(gzip.compress((HTML / "_static/search-index.js").read_bytes()))
    assert first + more * (250 - len(index()["pages"])) < MOST


def test_results_by_keyboard_alone(visit):
    page = visit("search.html?q=several+arguments").page
    page.wait_for_selector(RESULTS)

    def focused() -> str:
        return below(page, page.evaluate("document.activeElement.href || ''")).partition("#")[0]

    assert page.evaluate("document.activeElement.id") == "search-field"
    page.keyboard.press("ArrowDown")
    assert focused() == LESSON
    page.keyboard.press("ArrowDown")
    assert focused() not in ("", LESSON)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "search-field"
    page.keyboard.press("Enter")
    assert focused() == LESSON
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{LESSON}*")


def test_a_key_leads_to_the_page_s_own_field_where_it_has_one(visit):
    page = visit("search.html?q=queue").page
    page.wait_for_selector(RESULTS)
    page.locator(RESULTS).first.focus()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search-field"


def test_going_back_shows_the_same_results(visit):
    page = visit("search.html").page
    page.wait_for_selector("[role=combobox]")
    page.locator("#search-field").fill("sentinel")
    page.locator(RESULTS).first.click()
    page.wait_for_url("**/lessons/**")
    page.go_back()
    equipped(page)
    page.wait_for_selector(RESULTS)
    assert page.locator("#search-field").input_value() == "sentinel"


def test_nothing_found_says_what_to_try(visit):
    page = visit("search.html?q=xylophone").page
    page.wait_for_selector(COMPLETE, state="attached")
    assert "No page" in page.locator(".search-status").inner_text()
    nothing = page.locator(".search-nothing")
    assert nothing.is_visible()
    links = nothing.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert links == ["names.html", "lessons/index.html"]
    assert all((HTML / link).is_file() for link in links)
    page.locator("#search-field").fill("queue")
    assert not nothing.is_visible()
    page.locator("#search-field").fill("")
    assert page.locator(RESULTS).count() == 0
    assert page.locator(".search-status").inner_text() == ""


def test_without_javascript_the_form_leads_to_a_page_that_says_what_to_do(visit):
    page = visit(LESSON, script=False).page
    field = page.locator(FIELD).first
    field.fill("starmap")
    field.press("Enter")
    page.wait_for_url("**/search.html?*q=starmap*")
    assert "needs JavaScript" in page.locator("article noscript").inner_text()
    assert page.locator("article a[href='names.html']").first.is_visible()
    assert not page.locator("#search-field").is_visible()


def test_the_search_page_has_one_heading_and_no_script_of_its_own():
    """Its scripts are files; the theme's one line for colours is on every page."""
    text = (HTML / "search.html").read_text("utf-8")
    assert len(re.findall(r"<h1[ >]", text)) == 1
    main = re.search(r"<article.*?</article>", text, re.DOTALL)[0]
    assert "<script" not in main
    assert not re.search(r"\son\w+=", main)


def test_lessons_end_with_what_they_are_asked_as(visit):
    page = visit(LESSON).page
    assert "pool.map with two arguments" in page.locator(".also-asked").inner_text()
