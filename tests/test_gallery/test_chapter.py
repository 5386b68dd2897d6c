"""Chapters: where they come, what they are called, and what is refused."""

import pytest

from gallery.chapter import ChapterError, read_chapters

HEADER = """.. chapter_order: {order}

.. meta::
   :description: Queues and pipes:
      how results travel.

{title}
=============

Some words.
"""


@pytest.fixture
def write(tmp_path):
    """Write a chapter's introduction; return the folder of all."""

    def write_chapter(name: str, text: str):
        (tmp_path / name).mkdir()
        (tmp_path / name / "GALLERY_HEADER.rst").write_text(text, "utf-8")
        return tmp_path

    return write_chapter


def test_chapters_come_in_their_order_and_the_others_behind_by_name(write):
    write("zebra", "Zebra\n=====\n")
    write("yak", "Yak\n===\n")
    write("late", HEADER.format(order=20, title="Late"))
    folder = write("early", HEADER.format(order=10, title="Early"))
    (folder / "no_chapter").mkdir()
    chapters = read_chapters(folder)
    assert [c.name for c in chapters] == ["early", "late", "yak", "zebra"]
    assert chapters[0].title == "Early"
    assert chapters[0].card == "Queues and pipes: how results travel."
    assert chapters[2].card == ""


def test_a_chapter_is_in_the_section_that_it_names_or_in_the_course(write):
    """Sections come one after the other; each counts its places by itself."""
    write("hangs", ".. chapter_section: Errors\n" + HEADER.format(order=10, title="Hangs"))
    write("timing", ".. chapter_section: Measure\n" + HEADER.format(order=30, title="Timing"))
    chapters = read_chapters(write("first", HEADER.format(order=10, title="First")))
    assert [(c.name, c.section) for c in chapters] == [
        ("first", "Learn"),
        ("timing", "Measure"),
        ("hangs", "Errors"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n.. chapter_order: soon\n\nOne\n===\n", r"one/GALLERY_HEADER\.rst:2: chapter_order: gi"),
        ("No rule below\n", r"one/GALLERY_HEADER\.rst: there is no title; write one and ===="),
        (
            ".. chapter_section: errors\n\nOne\n===\n",
            r"one/GALLERY_HEADER\.rst:1: chapter_section: ",
        ),
        (HEADER.format(order=10, title="One"), "chapter_order 10 is that of 'first', too; give an"),
    ],
)
def test_what_is_refused_names_the_file(write, text, words):
    write("first", HEADER.format(order=10, title="First"))
    with pytest.raises(ChapterError, match=words):
        read_chapters(write("one", text))


def test_a_file_that_is_not_utf_8_is_named(write):
    folder = write("one", "")
    (folder / "one" / "GALLERY_HEADER.rst").write_bytes(b"\xff")
    with pytest.raises(ChapterError, match="not UTF-8; save it as UTF-8"):
        read_chapters(folder)
