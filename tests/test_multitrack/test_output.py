"""Much output is kept whole in a file, and its beginning in the recording."""

import tracemalloc
from pathlib import Path

import pytest

from multitrack import output, run
from multitrack.disk import CannotKeep
from multitrack.lines import Lines
from multitrack.output import CHARACTERS, LINES, LONGEST, Output
from multitrack.process_tree import ProcessTree
from multitrack.recording import FullText

FULL = Path("/dev/full")  # a disk that always is


@pytest.fixture
def full(tmp_path) -> Path:
    """Where the full text goes."""
    return tmp_path / "kept" / "full.txt"


def test_what_is_little_stays_whole_in_the_recording(play, full):
    """And there is no file."""
    recording = play("for n in range(2000): print(n)\n", full_text=full)
    assert [x.text for x in recording.lines] == [str(n) for n in range(2000)]
    assert recording.full is None
    assert recording.cells[0].unshown == 0
    assert not full.exists()


def test_ten_thousand_short_lines(play, full):
    """The first of each cell are shown; a quiet cell after a loud one is not silent."""
    code = "for n in range(10_000): print(n)\n# %%\nprint('after')\n"
    recording = play(code, full_text=full)
    assert recording.ok
    assert [x.text for x in recording.lines] == [*map(str, range(LINES)), "after"]
    assert [c.unshown for c in recording.cells] == [10_000 - LINES, 0]
    text = full.read_text()
    assert text == "".join(f"main | {n}\n" for n in range(10_000)) + "main | after\n"
    assert recording.full == FullText("full.txt", 10_001, len(text))


def test_one_line_of_ten_megabytes(play, full):
    """Its beginning is shown, and how much more there is."""
    recording = play("print('a' + 'é' * 10_000_000)\n", full_text=full)
    (line,) = recording.lines
    assert line.text == "a" + "é" * (LONGEST - 1)
    assert line.cut == 10_000_001 - LONGEST
    assert full.read_text() == "main | a" + "é" * 10_000_000 + "\n"
    assert recording.cells[0].unshown == 0


@pytest.mark.long  # it is as many as it says
def test_fifty_megabytes(play, full):
    """Nothing is lost, and the recorder's memory stays small."""
    code = "line = 'x' * 999\nfor n in range(50_000): print(line)\n"
    tracemalloc.start()
    try:
        recording = play(code, full_text=full, timeout=60)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert recording.ok
    assert recording.full == FullText("full.txt", 50_000, 50_000 * (7 + 1000))
    assert full.stat().st_size == recording.full.bytes
    assert sum(len(x.text) for x in recording.lines) <= CHARACTERS
    assert len(recording.lines) + recording.cells[0].unshown == 50_000
    assert peak < 8 << 20


def test_the_last_words_are_known_beyond_what_is_kept(play):
    """A failure after much output still has its line."""
    recording = play("for n in range(10_000): print(n)\n\n1/0\n")
    (problem,) = recording.problems
    assert problem.text == (
        "main ended with 1 at line 3; it last said 'ZeroDivisionError: division by zero'"
    )
    assert recording.full == FullText("", 10_005, recording.full.bytes)


def test_bounds_on_what_a_lesson_may_write(play, monkeypatch):
    """In all, and in one line that does not end."""
    monkeypatch.setattr(run, "MOST_OUTPUT", 1 << 20)
    recording = play("while True: print('x' * 1000)\n")
    assert recording.problems[0].kind == "too much output"
    assert recording.problems[0].text.startswith("wrote more than 1,048,576 bytes; alive were:")
    monkeypatch.setattr(run, "HELD", 1 << 20)
    recording = play("while True: print('x' * 1000, end='')\n")
    assert recording.problems[0].text.startswith(
        "wrote more than 1,048,576 bytes without ending a line"
    )


def test_labels_stand_flush_in_the_file(tmp_path):
    """As in a terminal's output of `record`; bytes that are no text are escaped."""
    family = ProcessTree()
    main = family.born(1, None, 0.0)
    child = family.born(2, main, 0.1)
    family.label()
    collected = Output(tmp_path / "spool")
    for number in range(LINES):
        collected.take(Lines(1, 0.0, b"%d" % number), main, 1)
    collected.take(Lines(2, 0.0, b"\xff beyond"), child, 1)
    collected.take(Lines(0, 0.0, b"whose?"), None, 1)
    full = collected.write_full(tmp_path / "full.txt", family.all, str.upper)
    collected.close()
    lines = (tmp_path / "full.txt").read_text().splitlines()
    assert lines[0] == "   main | 0"
    assert lines[-2:] == ["child 1 | \\XFF BEYOND", "        | WHOSE?"]
    assert full.lines == len(lines) == LINES + 2
    assert collected.unshown == {1: 2}


def test_a_long_line_of_few_bytes_over_the_bound_is_not_said_to_be_cut(tmp_path):
    """Characters count, not bytes."""
    collected = Output(tmp_path / "spool")
    text = "é" * (LONGEST - 1)
    collected.take(Lines(0, 0.0, text.encode()), None, 1)
    (line,) = collected.shown(float, str)
    assert (line.text, line.cut) == (text, 0)
    assert collected.write_full(None, [], str) is None
    assert output.MOST_BYTES > 4 * LONGEST


def test_a_line_was_written_before_what_came_after_it(tmp_path):
    """And before its writer ended; one without its end may be older than what stands before it."""
    tree, lines = ProcessTree(), Output(tmp_path / "output")
    main = tree.born(10, None, 0.0)
    child, late = tree.born(11, main, 2.0), tree.born(12, main, 5.5)
    tree.died(child, 4.0, 0)
    for life, at, cell, ended in [
        (main, 3.0, 1, True),
        (main, 5.0, 1, True),
        (late, 5.0, 1, True),
        (child, 6.0, 2, True),
        (main, 1.0, 2, False),
        (main, 7.0, 2, True),
    ]:
        lines.take(Lines(life.pid, at, b"x", ended), life, cell)
    assert lines.settle() == {1: 3.0, 2: 4.0}
    shown = list(lines.shown(lambda at: at, str))
    assert [x.time for x in shown] == [3.0, 4.0, 4.0, 4.0, 1.0, 7.0]
    assert (main.start, child.start, late.start) == (0.0, 2.0, 4.0)


def test_a_line_of_a_cell_was_written_before_main_had_played_it(tmp_path):
    """What comes after the last cell counts as its own, and has its time."""
    tree, lines = ProcessTree(), Output(tmp_path / "output")
    main = tree.born(10, None, 0.0)
    for at, cell in [(1.0, 1), (3.0, 1), (5.0, 2), (7.0, 2)]:
        lines.take(Lines(main.pid, at, b"x"), main, cell)
    assert lines.settle([2.5, 6.0]) == {1: 1.0, 2: 5.0}
    assert [x.time for x in lines.shown(lambda at: at, str)] == [1.0, 2.5, 5.0, 7.0]


needs_full = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")


@needs_full
def test_a_full_disk_is_told_once():
    """What comes while the run is being ended is lost, and keeps nobody from ending it."""
    collected = Output(FULL)
    with pytest.raises(CannotKeep) as caught:
        for _ in range(LINES):
            collected.take(Lines(0, 0.0, b"x" * 2 * LONGEST), None, 1)
    assert str(caught.value) == f"{FULL}: No space left on device"
    collected.take(Lines(0, 0.0, b"x" * 2 * LONGEST), None, 1)
    collected.close()


@needs_full
def test_a_disk_that_is_full_at_the_end_is_named(tmp_path):
    """Whichever of the two has no room: that of temporary files, or that of the full text."""
    tree = ProcessTree()
    tree.born(1, None, 0.0)
    for spool, text in [(FULL, tmp_path / "a"), (tmp_path / "b", FULL)]:
        collected = Output(spool)
        collected.take(Lines(0, 0.0, b"\n" * LINES), None, 1)
        with pytest.raises(CannotKeep) as caught:
            collected.write_full(text, tree.all, str)
        assert caught.value.path == FULL
        collected.close()
    assert not (tmp_path / "a").exists()


def test_what_is_kept_of_a_cell_has_no_gap(tmp_path):
    """After a line that there is no room for, none is kept that would fit; other cells go on."""
    collected = Output(tmp_path / "spool")
    whole, rest = divmod(CHARACTERS, LONGEST)
    for size in [*[LONGEST] * whole, rest - 1, 2, 1]:
        collected.take(Lines(0, 0.0, b"x" * size), None, 1)
    collected.take(Lines(0, 0.0, b"another"), None, 2)
    shown = [(line.cell, len(line.text)) for line in collected.shown(float, str)]
    assert shown == [(1, LONGEST)] * whole + [(1, rest - 1), (2, 7)]
    assert collected.unshown == {1: 2, 2: 0}
    collected.close()


@pytest.mark.parametrize("at_once", [1, 7, LINES, 3 * LINES])
def test_lines_taken_at_once_are_those_taken_one_by_one(tmp_path, at_once):
    """Where the bound falls, and where a line is cut, decides nothing of the rest."""
    tree = ProcessTree()
    main = tree.born(1, None, 0.0)
    tree.label()
    texts = [b"%d" % n for n in range(2 * LINES)]
    texts[5] = b"x" * (LONGEST + 3)
    collected = Output(tmp_path / "spool")
    for begin in range(0, len(texts), at_once):
        data = b"\n".join(texts[begin : begin + at_once])
        collected.take(Lines(1, 0.0, data, ended=begin + at_once < len(texts)), main, 1)
    shown = list(collected.shown(float, str))
    full = collected.write_full(tmp_path / "full.txt", tree.all, str)
    collected.close()
    assert [line.text for line in shown] == [x.decode()[:LONGEST] for x in texts[:LINES]]
    assert [line.cut for line in shown if line.cut] == [3]
    assert all(line.ended for line in shown)
    assert collected.unshown == {1: LINES}
    assert (tmp_path / "full.txt").read_bytes() == b"".join(b"main | %b\n" % x for x in texts)
    assert full.lines == collected.lines == len(texts)


def test_the_last_of_lines_taken_at_once_may_have_no_end(tmp_path):
    """And only the last."""
    collected = Output(tmp_path / "spool")
    collected.take(Lines(0, 0.0, b"one\ntwo", ended=False), None, 1)
    assert [(x.text, x.ended) for x in collected.shown(float, str)] == [
        ("one", True),
        ("two", False),
    ]
