"""What is kept holds as long as all that it depends on; deleting it is always safe."""

import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from multitrack import cache
from multitrack.interpreters import about
from multitrack.recording import FullText, Picture, Recording
from multitrack.script import Script
from tests.pythons import NEWEST, needs_newest

CODE = "import beside\nprint('x')\n"


@pytest.fixture
def lesson(write) -> Script:
    """Make a lesson that imports a module beside it, which imports another."""
    write("from more import thing\n", "chapter/beside.py")
    write("from . import nothing\nthing = 1\n", "chapter/more.py")
    return Script.read(write(CODE, "chapter/lesson.py"), "chapter/lesson")


@pytest.fixture
def recording(play) -> Recording:
    """Make some recording, said to be the lesson's."""
    return replace(play("print('x')"), script="chapter/lesson")


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return the cache's folder."""
    return tmp_path / "kept"


def keep(lesson, recording, folder) -> Recording:
    """Save under today's key."""
    return cache.save(recording, cache.key_of(lesson, "fork"), folder)


def test_what_was_saved_is_loaded(lesson, recording, folder):
    """Under the start method that it was saved for, and under no other."""
    kept = keep(lesson, recording, folder)
    assert cache.load(lesson, "fork", folder) == (kept, "")
    assert cache.load(lesson, "spawn", folder) == (None, "")
    assert [p.name for p in folder.rglob("*") if p.is_file() and p.name != ".lock"] == [
        cache.path_of("chapter/lesson", "fork", folder).name
    ]


def test_a_changed_script_or_module_is_recorded_anew(lesson, recording, folder, write):
    """Also a module that only a module imports; and nothing else."""
    keep(lesson, recording, folder)
    write("x = 1\n", "chapter/unrelated.py")
    assert cache.load(lesson, "fork", folder)[0]
    changed = Script.read(write(CODE + "# more\n", "chapter/lesson.py"), "chapter/lesson")
    assert cache.load(changed, "fork", folder) == (None, "")
    write("thing = 2\n", "chapter/more.py")
    assert cache.load(lesson, "fork", folder) == (None, "")


def test_a_module_that_is_no_python_does_not_stop_the_build(lesson, write):
    """Playing the lesson will show what is wrong with it."""
    write("def (:\n", "chapter/more.py")
    assert cache.key_of(lesson, "fork")


@pytest.mark.parametrize("what", ["start method", "interpreter", "machinery", "version"])
def test_the_key_depends_on(lesson, monkeypatch, what):
    """All that decides what a recording looks like."""
    before = cache.key_of(lesson, "fork")
    method = "spawn" if what == "start method" else "fork"
    if what == "interpreter":
        here = cache.about("python3")
        monkeypatch.setattr(cache, "about", lambda _: replace(here, build="another"))
    if what == "machinery":
        monkeypatch.setattr(cache, "_machinery", lambda: b"another")
    if what == "version":
        monkeypatch.setattr(cache, "VERSION", -1)
    assert cache.key_of(lesson, method) != before


@pytest.mark.parametrize("text", [b"", b"{", b'{"version": 1}', b"\xff", b"[]"])
def test_a_bad_entry_is_recorded_anew_and_says_so(lesson, recording, folder, text):
    """Cut short, of another version, not ours."""
    keep(lesson, recording, folder)
    path = cache.path_of("chapter/lesson", "fork", folder)
    path.write_bytes(text)
    found, why = cache.load(lesson, "fork", folder)
    assert found is None
    assert why.startswith(f"{path.name} is not a recording that can be used (")
    keep(lesson, recording, folder)
    assert cache.load(lesson, "fork", folder)[0]


def test_a_deleted_folder(lesson, recording, folder):
    """Nothing is kept, and all can be kept again."""
    keep(lesson, recording, folder)
    shutil.rmtree(folder)
    assert cache.load(lesson, "fork", folder) == (None, "")
    assert keep(lesson, recording, folder)


def test_a_full_disk_leaves_the_old_entry(lesson, recording, folder, monkeypatch):
    """Whole or not at all."""
    kept = keep(lesson, recording, folder)

    def full(path: Path, text: str, **_: object) -> int:
        path.open("w").write(text[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space left"):
            keep(lesson, recording, folder)
    assert cache.load(lesson, "fork", folder) == (kept, "")
    assert list(folder.rglob("*.new")) == []


def test_full_texts(lesson, recording, folder):
    """One beside the recording that names it; gone or cut short, all is recorded anew."""
    texts = []
    for size in (5, 6):
        path = cache.new_text("chapter/lesson", "fork", folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x" * size)
        texts.append(path)
        kept = keep(lesson, replace(recording, full=FullText(path.name, 1, size)), folder)
    other = cache.new_text("chapter/lesson2", "fork", folder)
    other.write_text("another lesson's")
    assert texts[0] != texts[1]
    assert [p.exists() for p in texts] == [False, True]
    assert cache.load(lesson, "fork", folder) == (kept, "")
    texts[1].write_text("x")
    assert cache.load(lesson, "fork", folder)[1].endswith("is gone or cut short")
    texts[1].unlink()
    assert cache.load(lesson, "fork", folder)[0] is None
    left = cache.new_text("chapter/lesson", "fork", folder)
    left.write_text("of another build, not kept yet")
    keep(lesson, recording, folder)
    assert left.exists()
    os.utime(left, (0, 0))
    keep(lesson, recording, folder)
    assert not left.exists()
    assert other.exists()


def test_pictures(lesson, recording, folder):
    """They are kept and removed with the recording; gone or cut short, all is recorded anew."""
    files = []
    for size in (5, 6):
        path = cache.new_text("chapter/lesson", "fork", folder).with_suffix(".1.svg")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x" * size)
        files.append(path)
        picture = Picture(1, "a", True, path.name, "svg", size, 1, 1)
        out = Picture(1, "b", left_out="refused", why="is no SVG")
        kept = keep(lesson, replace(recording, pictures=(picture, out)), folder)
    assert [p.exists() for p in files] == [False, True]
    assert cache.load(lesson, "fork", folder) == (kept, "")
    files[1].write_text("x")
    assert cache.load(lesson, "fork", folder)[1].endswith("is gone or cut short")
    cache.forget(kept, files[1].parent)
    assert not files[1].exists()
    assert cache.load(lesson, "fork", folder)[0] is None
    keep(lesson, replace(recording, pictures=(replace(picture, file=""),)), folder)
    assert cache.load(lesson, "fork", folder)[0] is None  # nobody asked for the file


@needs_newest
def test_another_interpreter_has_another_file(folder):
    """Both are kept side by side."""
    path = cache.path_of("a/b", "fork", folder, NEWEST)
    assert path.name == f"b.fork.{about(NEWEST).tag}.json"
    assert path != cache.path_of("a/b", "fork", folder)
