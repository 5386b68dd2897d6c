"""What is kept holds as long as all that it depends on; deleting it is always safe."""

import errno
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from multitrack import cache
from multitrack.disk import CannotKeep
from multitrack.interpreters import about
from multitrack.prose import Parts
from multitrack.recording import FullText, Picture, Recording
from multitrack.script import Script
from tests.disks import fill, read_only, small_disk
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
    changed = Script.read(write(CODE + "x = 1\n", "chapter/lesson.py"), "chapter/lesson")
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
        other = Parts(b"another", b"", (), looks=False)
        monkeypatch.setattr(cache, "_machinery", lambda _: other)
    if what == "version":
        monkeypatch.setattr(cache, "VERSION", -1)
    assert cache.key_of(lesson, method) != before


# A lesson of two cells in whose second a thread fails: its traceback names a line.
PROSE = """\
'''Title

What it is about.
'''
import beside

# %%
# Look at this.
def work():
    say = print
    # why
    say("x")

# %%
work()
# the end
"""
FAILING = PROSE.replace(
    "work()\n#",
    """\
import threading
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
#""",
)


@pytest.fixture
def changed(write, play, folder):
    """Record a script, and return what is kept of it once it was changed: ``changed(code, now)``.

    ``modules`` are what modules beside it hold before and after the change.
    """

    def changed(code: str, now: str, **modules: tuple[str, str]):
        for name, (before, _) in {"beside": ("", ""), **modules}.items():
            write(before, f"{name}.py")
        script = Script.read(write(code))
        kept = cache.save(play(code), cache.key_of(script, "fork"), folder)
        assert kept.ok
        assert cache.load(script, "fork", folder) == (kept, "")
        for name, (_, after) in modules.items():
            write(after, f"{name}.py")
        return cache.load(Script.read(write(now)), "fork", folder)[0]

    return changed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Title", "Another title"),
        ("about.\n", "about.\n\nAnd more of it.\n"),
        ("# Look at this.", "# Look at this,\n#\n# and at that."),
        ("# Look at this.\n", ""),
        ("    # why\n", "    # because\n\n"),
        ("# the end\n", "# the end\n#\n# sphinx_gallery_thumbnail_number = 1\n"),
        ('say("x")', "say(\n        'x',\n    )"),
        ("work()\n#", "work()  # now\n#"),
        ("\n", "\r\n"),
    ],
)
def test_prose_may_change(changed, play, old, new, folder):
    """The recording still holds; its cells are where they are now, also for who reads the file."""
    assert old in PROSE
    now = PROSE.replace(old, new)
    recording = changed(PROSE, now)
    assert recording.cells
    assert [(c.first, c.last) for c in recording.cells] == [
        (c.first, c.last) for c in play(now).cells
    ]
    assert Recording.load(cache.path_of("lesson", "fork", folder)).cells == recording.cells
    path = cache.path_of("lesson", "fork", folder)
    state = path.stat()
    assert cache.load(Script.read(folder.parent / "lesson.py"), "fork", folder)[0] == recording
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (state.st_mtime_ns, state.st_ino)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"x"', '"y"'),
        ("say = print", "say = print; say"),
        ("# %%\nwork()", "#\nwork()"),
        ("import beside\n\n# %%\n", "# %%\nimport beside\n\n"),
        ("# why", "# matplotlib"),  # whoever names it is given fonts
        ("# why", "'a docstring of a function'".replace("'", '"')),
        ("def work():", "def work(a=1):"),
    ],
)
def test_code_may_not(changed, old, new):
    """Nor may the cells in which it stands."""
    assert old in PROSE
    assert changed(PROSE, PROSE.replace(old, new)) is None


@pytest.mark.parametrize(
    ("old", "new", "holds"),
    [
        ("Look at this.", "Look at that!", True),
        ("Title", "Other words", True),
        ("# Look", "# More.\n# Look", False),
        ("about.\n", "about.\n\nAnd more.\n", False),
        ("1 / 0)", "1 / 0)  # fails", False),
        ("# the end\n", "# the end\n# or not\n", True),
    ],
)
def test_lines_that_a_recording_names_may_not_move(changed, old, new, holds):
    """Nor may what a traceback shows of them; words that move nothing may change."""
    assert old in FAILING
    assert bool(changed(FAILING, FAILING.replace(old, new))) == holds


@pytest.mark.parametrize(
    "looks",
    [
        "print(len(__doc__))",
        "print(sum(1 for _ in open(__file__)))",
        "import sys; print(sys._getframe().f_lineno)",
        "import inspect; print(len(inspect.getsource(work)))",
        "import sys; print(len(open(sys.argv[0]).read()))",
        "import logging; logging.basicConfig(format='%(lineno)d', force=True); logging.error('x')",
        "import dis; dis.dis(work)",
        "import sys; print(len(open(sys.path[0] + '/lesson.py').read()))",
        "import beside as b; print(vars(b).keys())",
    ],
)
def test_code_that_looks_at_itself_is_recorded_anew(changed, looks):
    """Whatever is changed: nothing in what it wrote has to name a line."""
    code = PROSE + looks + "\n"
    assert (
        changed(code, code.replace("Look at this.", "Look at that."), beside=("x = 1\n",) * 2)
        is None
    )


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        ("thing = 1  # why\n", True),
        ("# why\nthing = 1\n", True),
        ('"""What it is."""\n\nthing = 1\n', True),
        ("thing = 2\n", False),
    ],
)
def test_a_module_s_prose_may_change(changed, now, holds):
    """Its code may not."""
    assert bool(changed(PROSE, PROSE, beside=("thing = 1\n", now))) == holds


def test_what_is_no_python_has_no_prose(lesson, write):
    """All of it counts; so does code that is too deep to be looked at, or too large."""
    keys = []
    for text in ("(\n", "# more\n(\n", f"x = {'-' * 9999}1\n", f"x = {'-' * 9999}1  # more\n"):
        write(text, "chapter/more.py")
        keys.append(cache.key_of(lesson, "fork").partition(":")[0])
    assert len(set(keys)) == 4


def test_a_module_s_lines_may_not_move_where_they_are_named(changed):
    """Tracebacks go through modules, too."""
    code = FAILING.replace("lambda: 1 / 0", "beside.fail")
    module = "def fail():\n    1 / 0\n"
    assert changed(code, code, beside=(module, module + "# more\n"))
    assert changed(code, code, beside=(module, "# more\n" + module)) is None


def test_a_module_that_looks_makes_all_count(changed):
    """It may look at who imports it."""
    module = "import __main__\nlength = len(__main__.__doc__)\n"
    assert changed(PROSE, PROSE.replace("Title", "Titles"), beside=(module, module)) is None


def test_moved_lines_beside_a_full_text(changed):
    """Nobody searches it for the names of lines."""
    code = PROSE.replace('say("x")', "for n in range(3000): say(n)")
    assert changed(code, code.replace("Title", "Titles"))
    assert changed(code, "\n" + code) is None


def test_a_file_that_is_read_counts_by_its_name_too(lesson, write):
    """It is in the working folder under it."""

    class Reads(Script):
        files: tuple[Path, ...] = ()

    keys = []
    for name in ("one.txt", "two.txt"):
        script = Reads(lesson.path, lesson.name, lesson.root, lesson.source, lesson.cells)
        Reads.files = (write("words", name),)
        keys.append(cache.key_of(script, "fork"))
    assert keys[0] != keys[1]


def test_what_is_split_otherwise_has_another_key(lesson, write):
    """The end of one file is not the beginning of the next."""

    class Reads(Script):
        files = (write("", "a.txt"), write("", "b.txt"))

    script = Reads(lesson.path, lesson.name, lesson.root, lesson.source, lesson.cells)
    keys = set()
    for a, b in [("", "onetwo"), ("one", "two"), ("onetwo", "")]:
        write(a, "a.txt")
        write(b, "b.txt")
        keys.add(cache.key_of(script, "fork"))
    assert len(keys) == 3


@pytest.fixture
def recorder(tmp_path, monkeypatch) -> Iterator[Path]:
    """Have a copy of the recorder's code count, which may be changed."""
    copy = tmp_path / "recorder"
    shutil.copytree(cache.HERE, copy, ignore=shutil.ignore_patterns("show", "__pycache__"))
    monkeypatch.setattr(cache, "HERE", copy)
    yield copy
    cache._machinery.cache_clear()


@pytest.mark.parametrize(
    ("file", "old", "new", "halves"),
    [
        ("run.py", "\nTIMEOUT = 60.0", "\n# how long\n\nTIMEOUT = 60.0", [True, True]),
        ("run.py", "One run of a script: start", "A run of a script: start", [True, True]),
        ("run.py", "Play a script once", "Play a script", [True, True]),
        ("run.py", "\nTIMEOUT = 60.0", "\nTIMEOUT = 61.0", [False, True]),
        ("stage.py", "\nMARK =", "\n# more\n\nMARK =", [True, False]),
        ("stage.py", "\nMARK = min(199", "\nMARK = min(198", [False, False]),
        ("cli.py", "REFUSED = 2", "REFUSED = 3", [True, True]),
    ],
)
def test_comments_in_the_recorder_change_no_key(lesson, recorder, file, old, new, halves):
    """Statements do. The stage is on the script's stack, where its lines may be seen."""
    before = cache.key_of(lesson, "fork").split(":")
    text = (recorder / file).read_text()
    assert text.count(old) == 1
    (recorder / file).write_text(text.replace(old, new))
    cache._machinery.cache_clear()
    after = cache.key_of(lesson, "fork").split(":")
    assert [a == b for a, b in zip(before, after, strict=True)] == halves


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


def with_files(recording: Recording, folder: Path) -> Recording:
    """Write a full text and a picture beside where a recording will be kept."""
    text = cache.new_text(recording.script, "fork", folder)
    text.parent.mkdir(parents=True, exist_ok=True)
    text.write_text("x")
    picture = text.with_suffix(".1.svg")
    picture.write_text("x")
    full = FullText(text.name, 1, 1)
    return replace(recording, full=full, pictures=(Picture(1, "", True, picture.name, "svg", 1),))


def refused(lesson: Script, recording: Recording, folder: Path) -> CannotKeep:
    """Try to keep a recording where it cannot be, and return the error, which has one line."""
    with pytest.raises(CannotKeep) as caught:
        keep(lesson, recording, folder)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_disk_that_is_full(lesson, recording, folder):
    """The old recording stays, with all that belongs to it; nothing is left of the new one."""
    with small_disk(folder, 64):
        kept = keep(lesson, with_files(recording, folder), folder)
        before = sorted(folder.rglob("*"))
        new = with_files(recording, folder)
        fill(folder)
        error = refused(lesson, replace(new, explanation="x" * 99_999), folder)
        assert error.reason == "No space left on device"
        assert error.path.parent == folder / "chapter"
        (folder / "filler").unlink()
        assert sorted(folder.rglob("*")) == before
        assert cache.load(lesson, "fork", folder) == (kept, "")


def moved(lesson: Script, recording: Recording, folder: Path) -> Recording:
    """Keep a recording as if the lesson's cells had been elsewhere when it was made."""
    cells = (replace(recording.cells[0], first=7, last=8),)
    return cache.save(replace(recording, cells=cells), cache.key_of(lesson, "fork")[:-1], folder)


def test_a_disk_that_is_full_when_cells_have_moved(lesson, recording, folder):
    """The recording is not used: who reads the file would find other lines in it."""
    with small_disk(folder, 64):
        moved(lesson, recording, folder)
        path = cache.path_of("chapter/lesson", "fork", folder)
        state = path.read_bytes()
        fill(folder)
        found, why = cache.load(lesson, "fork", folder)
        assert found is None
        new = path.with_name(f"{path.name}.new")
        assert why in [
            f"{path.name} cannot be used ({file}: No space left on device)" for file in (path, new)
        ]
        assert path.read_bytes() == state
        assert not new.exists()


def test_a_folder_that_is_read_only(lesson, recording, folder):
    """As the system says it."""
    with read_only(folder):
        assert cache.load(lesson, "fork", folder) == (None, "")
        error = refused(lesson, recording, folder)
        assert error.reason in ("Read-only file system", "Permission denied")
        assert error.path == folder / "chapter"


def test_a_folder_where_a_recording_should_be(lesson, recording, folder):
    """It is not removed: nobody knows what is in it."""
    path = cache.path_of("chapter/lesson", "fork", folder)
    path.mkdir(parents=True)
    found, why = cache.load(lesson, "fork", folder)
    assert (found, why.partition(" (")[0]) == (
        None,
        f"{path.name} is not a recording that can be used",
    )
    assert str(refused(lesson, with_files(recording, folder), folder)) == f"{path}: Is a directory"
    assert sorted(path.parent.iterdir()) == [path.parent / ".lock", path]


@pytest.mark.parametrize("where", ["", "chapter"])
def test_a_file_where_a_folder_should_be(lesson, recording, folder, where):
    """It is named, whichever it is."""
    here = folder / where
    here.parent.mkdir(exist_ok=True)
    here.touch()
    assert cache.load(lesson, "fork", folder) == (None, "")
    assert str(refused(lesson, recording, folder)).startswith(f"{here}: a folder must be here")


def test_what_another_build_keeps_meanwhile_stays(lesson, recording, folder, monkeypatch):
    """While cells that prose has moved are about to be kept anew."""
    kept = moved(lesson, recording, folder)
    path = cache.path_of("chapter/lesson", "fork", folder)
    locked = cache._locked

    def late(path: Path):
        path.write_text(replace(kept, explanation="of another build").to_json())
        return locked(path)

    monkeypatch.setattr(cache, "_locked", late)
    found, _ = cache.load(lesson, "fork", folder)
    assert [(cell.first, cell.last) for cell in found.cells] == [(1, 2)]
    assert Recording.load(path).explanation == "of another build"


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


def test_files_that_nobody_asked_for_are_not_missed(lesson, play, folder):
    """Evidence records without them: what would be beside is told, and names no file."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    code = f"open('a.svg', 'w').write({svg!r})"
    recording = play(f"{code}\nfor n in range(3000): print(n)\n")
    assert (recording.full.file, [p.file for p in recording.pictures]) == ("", [""])
    kept = keep(lesson, replace(recording, script="chapter/lesson"), folder)
    assert cache.load(lesson, "fork", folder) == (kept, "")


@needs_newest
def test_another_interpreter_has_another_file(folder):
    """Both are kept side by side."""
    path = cache.path_of("a/b", "fork", folder, NEWEST)
    assert path.name == f"b.fork.{about(NEWEST).tag}.json"
    assert path != cache.path_of("a/b", "fork", folder)
