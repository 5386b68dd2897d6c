"""One page of each kind in all looks; that faults are found, and which pages have changed."""

import re

import pytest

from tests.test_site.changed import pages_of
from tests.test_site.conftest import heaviest_pages, pages
from tests.test_site.faults import LOOKS, Visit, equipped, faults, look_of, sideways, unfold
from tests.test_site.kinds import heaviest, kind_of
from tests.test_site.serving import served

HEAVIEST = heaviest_pages()


def test_every_page_is_of_a_kind():
    unknown = [name for name in pages() if kind_of(name) is None]
    assert unknown == [], "give these a kind in tests/test_site/kinds.py, with their addresses"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index.html", "landing"),
        ("lessons/new_chapter/new-lesson.html", "lesson"),
        ("lessons/new_chapter/index_of_things.html", "lesson"),
        ("lessons/new_chapter/index.html", "chapter"),
        ("lessons/index.html", "list of lessons"),
        ("quiz/mixed.html", "quiz"),
        ("quiz.html", "list of quizzes"),
        ("quiz/index.html", "list of quizzes"),
        ("names/new_chapter.html", "names of a chapter"),
        ("downloads/new_chapter.html", "downloads of a chapter"),
        ("evidence/new_chapter.html", "evidence of a chapter"),
        ("404.html", "not found"),
        ("glossary.html", "prose"),
        ("new_section/page.html", None),
        ("lessons/new_chapter/deeper/page.html", None),
    ],
)
def test_an_address_tells_the_kind(name, kind):
    assert kind_of(name) == kind


def test_the_heaviest_page_stands_for_its_kind():
    sizes = {"a.html": 5, "b.html": 7, "c.html": 6, "quiz/a.html": 1, "x/a.html": 9}
    assert heaviest(sizes, sizes.__getitem__) == {"prose": "b.html", "quiz": "quiz/a.html"}


@pytest.mark.parametrize("kind", HEAVIEST)
def test_nothing_is_wrong_with_a_page_of_each_kind(browser, address, kind):
    """In all looks but the one in which test_every_page.py opens it."""
    name = HEAVIEST[kind]
    with browser.new_context() as context:
        visit = Visit(context.new_page(), address)
        looks = [look for look in LOOKS if look != look_of(name)]
        found = [wrong for look in looks for wrong in faults(visit, address, name, look)]
    assert not found, "\n".join(found)


def test_nothing_scrolls_sideways_at_a_zoom_of_200_percent(visit, address):
    """A window of 1,280 px is one of 640 then. With all unfolded."""
    page = visit("index.html", width=640).page
    found = []
    for name in HEAVIEST.values():
        page.goto(address + name)
        equipped(page)
        unfold(page)
        found += [f"{name} {wrong}" for wrong in sideways(page, 640)]
    assert found == []


# -- what the look at a page finds ---------------------------------------------------------------

SHELL = """<!doctype html><html lang=en><head><meta charset=utf-8><title>Page</title>{head}</head>
<body><main><h1>Page</h1>{body}</main></body></html>"""
POLICY = """<meta http-equiv="Content-Security-Policy" content="script-src 'self'">"""
DOT = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>"
FAULTY = {
    "wide": ("", "<div style='width: 500px'>wide</div>", "is 5.. px wide in a window of 360"),
    "wide when unfolded": (
        "",
        "<details><summary>More</summary><div style='width: 500px'>wide</div></details>",
        "is 5.. px wide in a window of 360",
    ),
    "a picture without words": ("", f'<img src="{DOT}">', "axe: image-alt: <img"),
    "against the policy": (POLICY, "<script>1</script>", "refused: script-src-elem inline"),
    "another host": (
        "",
        "<img alt='' src='http://elsewhere.example/a.png'>",
        "asks another place: http://elsewhere.example/a.png",
    ),
    "not there": ("", "<img alt='' src=gone.png>", r"Failed to load resource.*/gone\.png"),
    "an error": ("", "<script>throw new Error('thrown')</script>", "thrown"),
}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """Serve a sound page and one with each fault."""
    folder = tmp_path_factory.mktemp("faulty")
    (folder / "sound.html").write_text(SHELL.format(head=POLICY, body=f'<img alt="" src="{DOT}">'))
    for name, (head, body, _) in FAULTY.items():
        (folder / f"{name}.html").write_text(SHELL.format(head=head, body=body))
    with served(folder) as address:
        yield address


@pytest.fixture
def found(browser, faulty):
    """Say what is found on a page; all are opened in the same tab."""
    with browser.new_context() as context:
        visit = Visit(context.new_page(), faulty)
        yield lambda name: faults(visit, faulty, f"{name}.html", (360, "light"))


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_is_found(found, name):
    wanted = FAULTY[name][2]
    wanted = rf"{name}\.html at 360 px, light: {wanted}"
    assert any(re.match(wanted, wrong) for wrong in found(name)), wanted


def test_a_sound_page_is_not_blamed_for_the_one_before(found):
    for name in FAULTY:
        assert found(name) != []
        assert found("sound") == []


# -- which pages have changed --------------------------------------------------------------------

PAGES = [
    "index.html",
    "glossary.html",
    "lessons/pools/index.html",
    "lessons/pools/pool_map.html",
    "lessons/pools/starmap.html",
    "lessons/spawning/pool_map.html",
    "names/pools.html",
    "quiz/pools.html",
]
OF_POOLS = {page for page in PAGES if "pools" in page}


@pytest.mark.parametrize(
    ("file", "touched"),
    [
        ("snippets/pools/pool_map.py", OF_POOLS - {"lessons/pools/starmap.html"}),
        ("snippets/pools/pool_map.broken.py", OF_POOLS - {"lessons/pools/starmap.html"}),
        ("snippets/pools/_helper.py", OF_POOLS),
        ("snippets/pools/deleted.py", OF_POOLS),
        ("docs/glossary.md", {"glossary.html"}),
        ("docs/deleted.md", set(PAGES)),
        ("docs/videos.yaml", set(PAGES)),
        ("snippets/shared_by_all.yaml", set(PAGES)),
        ("gallery/nodes.py", set(PAGES)),
        ("conf.py", set(PAGES)),
        ("requirements/site.txt", set(PAGES)),
        ("README.md", set()),
        ("tests/test_snippets/test_pools/test_pool_map.py", set()),
    ],
)
def test_a_changed_file_s_pages(file, touched):
    """What nothing is known of may be on all."""
    assert pages_of(file, PAGES) == touched
