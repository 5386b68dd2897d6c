"""A script for readers is the lesson without its settings, and its code keeps its lines."""

import pytest

from gallery.lesson import Lesson, script_of, scripts_in
from tests.test_gallery.test_downloads.project import ROOT

LESSONS = scripts_in(ROOT / "snippets")
HEAD = b'"""\nTitle\n=====\n"""\n'


def script(tmp_path, source: bytes) -> bytes:
    """Return what a reader gets."""
    path = tmp_path / "lesson.py"
    path.write_bytes(source)
    return script_of(Lesson.read(path))


ORDER, ASKED = b"# sphinx_gallery_lesson_order = 10", b'# sphinx_gallery_lesson_asked = ["how"]'


@pytest.mark.parametrize(
    ("written", "given"),
    [
        (b"x = 1\n", b"x = 1\n"),
        (b"x = 1  \n\n\n", b"x = 1  \n\n\n"),
        (b"x = 1\n\n" + ORDER + b"\n" + ASKED + b"\n", b"x = 1\n"),
        (b"x = 1\n\n" + ORDER, b"x = 1\n"),
        (b"x = 1\r\n\r\n" + ORDER + b"\r\n", b"x = 1\r\n"),
        (ORDER + b"\nx = 1\n", b"\nx = 1\n"),
        (b"x = 1\n" + ORDER + b"\n# why\n" + ASKED + b"\n", b"x = 1\n\n# why\n"),
        (b"def f():\n    " + ORDER + b"\n    return 1\n", b"def f():\n\n    return 1\n"),
        (b't = """\n' + ORDER + b'\n"""\n', b't = """\n' + ORDER + b'\n"""\n'),
        (b"x = 1  " + ORDER, b"x = 1  " + ORDER),
        ("t = '\x0c\x85\u2028'\n\n".encode() + ORDER, "t = '\x0c\x85\u2028'\n".encode()),
    ],
)
def test_settings_go_and_nothing_else(tmp_path, written, given):
    head = HEAD.replace(b"\n", b"\r\n") if b"\r" in written else HEAD
    assert script(tmp_path, head + written) == head + given


def test_a_byte_order_mark_stays(tmp_path):
    bom = b"\xef\xbb\xbf"
    assert script(tmp_path, bom + HEAD + b"x = 1\n" + ORDER) == bom + HEAD + b"x = 1\n"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_lesson_is_what_stands_before_its_settings(path):
    given = script_of(Lesson.read(path))
    assert b"sphinx_gallery_lesson" not in given
    assert path.read_bytes().startswith(given)
    assert len(given) > 0.8 * len(path.read_bytes())
