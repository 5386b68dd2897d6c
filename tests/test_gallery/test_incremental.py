"""A build that goes on from an earlier one gives the same site as one from nothing."""

import shutil
from pathlib import Path

import pytest

from tests.test_gallery.conftest import Site

CODE = "from multiprocessing import Process\n\n\nprint({word!r})\n"
LOCK = "from multiprocessing import Lock, Process\n\n\nprint(Lock())\n"


def files_of(site: Site) -> dict[str, bytes]:
    """Return all that a reader may be sent."""
    html = site.root / "build" / "html"
    return {
        path.relative_to(html).as_posix(): path.read_bytes()
        for path in html.rglob("*")
        if path.is_file() and not path.relative_to(html).as_posix().startswith(".")
    }


def from_nothing(site: Site, folder: Path) -> Site:
    """Build the same lessons, from the same recordings, where nothing was built before."""
    made = ("build", "lessons", "quiz", "names", "evidence", "downloads")
    shutil.copytree(site.root, folder, ignore=shutil.ignore_patterns(*made))
    return Site(folder).build()


def add_a_lesson(site: Site) -> None:
    site.lesson("third", LOCK)


def change_a_title(site: Site) -> None:
    site.lesson("first", CODE.format(word="one"), title="Can't pickle <function <lambda>>")


def rename_a_lesson(site: Site) -> None:
    path = site.root / "snippets" / "tiny" / "second.py"
    path.rename(path.with_name("renamed.py"))


def change_what_a_lesson_uses(site: Site) -> None:
    site.lesson("first", LOCK)


def add_a_chapter(site: Site) -> None:
    site.chapter("other")
    site.lesson("fourth", CODE.format(word="four"), chapter="other")


def change_an_introduction(site: Site) -> None:
    path = site.root / "snippets" / "tiny" / "GALLERY_HEADER.rst"
    path.write_text(path.read_text().replace("Tiny", "Tidy") + "\nIn other words.\n")


def delete_a_lesson(site: Site) -> None:
    (site.root / "snippets" / "tiny" / "first.py").unlink()


def delete_a_chapter(site: Site) -> None:
    shutil.rmtree(site.root / "snippets" / "other")


CHANGES = [
    *(add_a_lesson, change_a_title, rename_a_lesson, change_what_a_lesson_uses),
    *(add_a_chapter, change_an_introduction, delete_a_lesson, delete_a_chapter),
]


@pytest.mark.timeout(600)
def test_after_each_change_the_site_is_as_if_built_from_nothing(make_site, tmp_path):
    """Pages that name a lesson tell of it; pages, twins, images and zips that are gone go."""
    site = make_site()
    site.lesson("first", CODE.format(word="one"))
    site.lesson("second", CODE.format(word="two"))
    site.build()
    assert site.status == 0, site.log
    for number, change in enumerate(CHANGES):
        change(site)
        site.build()
        assert site.status == 0, f"{change.__name__}: {site.log}"
        fresh = from_nothing(site, tmp_path / f"fresh-{number}")
        assert fresh.status == 0, f"{change.__name__}: {fresh.log}"
        here, there = files_of(site), files_of(fresh)
        assert here.keys() == there.keys(), change.__name__
        assert [n for n in here if here[n] != there[n]] == [], change.__name__
