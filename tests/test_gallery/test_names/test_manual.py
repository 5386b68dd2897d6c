"""The list of the manual's names: read, and as complete as the manual's own inventory."""

import posixpath
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile

from gallery.names import manual
from gallery.names.manual import PACKAGES, ManualError, read_manual

ROOT = Path(__file__).resolve().parents[3]
GOOD = "# name\tkind\tplace\nmultiprocessing\tmodule\tlibrary/multiprocessing.html#m\n"
NEXT = "multiprocessing.Process\tclass\tlibrary/multiprocessing.html#multiprocessing.Process\n"


@pytest.fixture(scope="module")
def inventory():
    """Return kind and place of each Python name in the manual's inventory."""
    with (ROOT / "docs" / "python-3.15-objects.inv").open("rb") as file:
        found = InventoryFile.load(file, "", posixpath.join)
    return {
        name: (kind.removeprefix("py:"), item.uri)
        for kind, items in found.items()
        if kind.startswith("py:")
        for name, item in items.items()
    }


def test_no_name_is_missing(inventory):
    """Whatever the manual documents in the two packages is in the list."""
    documented = {
        n for n in inventory if n in PACKAGES or n.startswith(tuple(f"{p}." for p in PACKAGES))
    }
    assert len(documented) > 190
    listed = {name.full for name in read_manual()}
    assert documented - listed == set()
    assert {name for name in listed - documented if not name.startswith("os.")} == set()


def test_every_name_is_in_the_manual_at_that_place(inventory):
    for name in read_manual():
        assert inventory[name.full] == (name.kind, name.place), name


def test_the_manual_is_the_one_that_all_pages_link_to():
    assert f'"{manual.ROOT.rstrip("/")}"' in (ROOT / "conf.py").read_text("utf-8")


@pytest.mark.parametrize(
    ("code", "documented"),
    [
        ("multiprocessing.Process.start", "multiprocessing.Process.start"),
        ("multiprocessing.Pool", "multiprocessing.pool.Pool"),
        ("multiprocessing.Pool.map", "multiprocessing.pool.Pool.map"),
        ("multiprocessing.RawArray", "multiprocessing.sharedctypes.RawArray"),
        ("multiprocessing.queues.Queue", "multiprocessing.Queue"),
        ("multiprocessing.synchronize.Barrier", "multiprocessing.Barrier"),
        ("multiprocessing.pool.MapResult", "multiprocessing.pool.AsyncResult"),
        ("multiprocessing.dummy.Pool", "multiprocessing.pool.ThreadPool"),
        ("multiprocessing.dummy.Process", None),
        (
            "concurrent.futures.process.ProcessPoolExecutor",
            "concurrent.futures.ProcessPoolExecutor",
        ),
        (
            "concurrent.futures.process.BrokenProcessPool",
            "concurrent.futures.process.BrokenProcessPool",
        ),
        ("os.cpu_count", "os.cpu_count"),
        ("os.getpid", None),
        ("queue.Queue", None),
    ],
)
def test_what_code_calls_it(code, documented):
    assert read_manual().documented(code) == documented


def test_short_names():
    short = {name.full: name.short for name in read_manual()}
    assert short["multiprocessing.Process.start"] == "Process.start()"
    assert short["multiprocessing.Process.exitcode"] == "Process.exitcode"
    assert short["multiprocessing.Pipe"] == "Pipe()"
    assert short["multiprocessing.pool"] == "multiprocessing.pool"
    assert short["os.cpu_count"] == "os.cpu_count()"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("multiprocessing.Lock class library/multiprocessing.html#x", "1 fields; give three"),
        ("multiprocessing.Lock\tclass", "2 fields; give three with tabs between them"),
        ("multiprocessing.Lock\tclas\tlibrary/m.html#x", "did you mean 'class'?"),
        ("multiprocessing.Lock\tlock\tlibrary/m.html#x", "there are module, class, exception"),
        ("multiprocessing.\tclass\tlibrary/m.html#x", "'multiprocessing.' is no name"),
        ("multiprocessing.Lock\tclass\thttps://x.y/#x", "give library/page.html#anchor"),
        ("multiprocessing.Process\tclass\tlibrary/m.html#x", "stands in line 3 already; leave one"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(tmp_path, row, words):
    path = tmp_path / "names.tsv"
    path.write_text(GOOD + NEXT + row + "\n")
    with pytest.raises(ManualError) as error:
        read_manual(path)
    assert words in str(error.value)
    assert str(error.value).startswith(f"{path}:4: ")


def test_a_fourth_field_says_why_no_lesson_uses_the_name(tmp_path):
    path = tmp_path / "names.tsv"
    path.write_text(GOOD + NEXT.replace("\n", "\tnot on this planet\n"))
    assert [name.why_not for name in read_manual(path)] == ["", "not on this planet"]


def test_all_bad_rows_are_told_at_once(tmp_path):
    path = tmp_path / "names.tsv"
    path.write_text(GOOD + "a\nb\n")
    with pytest.raises(ManualError, match=r":3: (.|\n)*:4: "):
        read_manual(path)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(ManualError, match=r"none\.tsv: cannot be read: No such file"):
        read_manual(tmp_path / "none.tsv")
    path = tmp_path / "names.tsv"
    path.write_bytes(b"\xff")
    with pytest.raises(ManualError, match="save it as UTF-8"):
        read_manual(path)
    path.write_text("# only a comment\n")
    with pytest.raises(ManualError, match="there is no name in it"):
        read_manual(path)
