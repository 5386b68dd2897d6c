"""Nothing is wrong with any page: each is opened once, in one of four looks.

With a revision in $SITE_SINCE, only pages that the changes since then are on are opened, and one
of each kind. Those of a kind are opened in the other looks by test_kinds.py.
"""

import os

import pytest

from gallery.changed_files import RevisionError, changed_files
from tests.test_site.changed import pages_of
from tests.test_site.conftest import ROOT, FilesButLots, heaviest_pages, pages
from tests.test_site.faults import LOOKS, Visit, faults, look_of

pytestmark = pytest.mark.every_page
LOT = 8  # pages a test: a worker has one while others have theirs
PAGES = pages()


@pytest.fixture(scope="module")
def chosen() -> set[str]:
    """Return the pages to open."""
    if not (since := os.environ.get("SITE_SINCE")):
        return set(PAGES)
    try:
        files = changed_files(ROOT, since)
    except RevisionError as error:
        pytest.fail(f"SITE_SINCE={since} names no commit that this checkout has: {error}")
    touched = (pages_of(file, PAGES) for file in files)
    return set(heaviest_pages().values()).union(*touched)


@pytest.mark.parametrize("lot", range(-(-len(PAGES) // LOT)))
def test_nothing_is_wrong(browser, address, chosen, lot):
    """Nothing is asked of another place, refused, wrong in axe's eyes, too wide or complained."""
    names = [name for name in PAGES[lot * LOT : (lot + 1) * LOT] if name in chosen]
    if not names:
        pytest.skip("none of these pages has changed")
    with browser.new_context() as context:
        visit = Visit(context.new_page(), address)
        found = [wrong for name in names for wrong in faults(visit, address, name, look_of(name))]
    assert not found, "\n".join(found)


def test_the_looks_are_shared_out():
    """No look is left out, as it would be with a hash that has a favourite."""
    assert {look_of(name) for name in PAGES} == set(LOOKS)


def test_workers_share_the_pages():
    """The tests here are as many as the pages ask for; one worker would be at them when all end."""
    scope = FilesButLots._split_scope
    here, there = (f"tests/test_site/test_every_page.py::test_nothing[{lot}]" for lot in (0, 1))
    scheduler = object.__new__(FilesButLots)
    assert scope(scheduler, here) != scope(scheduler, there)
    assert scope(scheduler, "tests/test_a.py::one") == scope(scheduler, "tests/test_a.py::two")
