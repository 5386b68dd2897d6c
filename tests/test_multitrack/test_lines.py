"""Lines are put together per writer, whatever came between."""

from hypothesis import given
from hypothesis import strategies as st

from multitrack.lines import LineAssembler, Lines

BYTES = st.lists(st.sampled_from([b"a", b"\xc3", b"\n", b"\r", b"\0", b"bc"])).map(b"".join)
WRITES = st.lists(st.tuples(st.integers(1, 5), BYTES))


def test_pieces_of_two_writers_do_not_mix():
    """A line that another's line interrupts comes out whole."""
    lines = LineAssembler()
    assert list(lines.feed(1, b"one ", 0.1)) == []
    assert list(lines.feed(2, b"other\n", 0.2)) == [Lines(2, 0.2, b"other")]
    assert list(lines.feed(1, b"line\nrest", 0.3)) == [Lines(1, 0.3, b"one line")]
    assert lines.held == 4
    assert lines.begun == {1}
    assert list(lines.finish_all()) == [Lines(1, 0.3, b"rest", ended=False)]
    assert lines.held == 0
    assert lines.begun == set()


def test_lines_that_were_written_at_once_come_at_once():
    """The first with what was begun before; the time is that of the last byte."""
    lines = LineAssembler()
    assert list(lines.feed(1, b"one ", 0.1)) == []
    assert list(lines.feed(1, b"line\n\nthree\nrest", 0.2)) == [Lines(1, 0.2, b"one line\n\nthree")]
    assert list(lines.finish(1)) == [Lines(1, 0.2, b"rest", ended=False)]
    assert list(lines.finish(1)) == []


@given(WRITES)
def test_any_interleaving_gives_back_each_writers_bytes(writes):
    """Nothing is lost, added or moved to another writer."""
    assembler = LineAssembler()
    found = [lines for pid, data in writes for lines in assembler.feed(pid, data, 0.0)]
    found += assembler.finish_all()
    assert assembler.held == 0
    for writer in range(1, 6):
        wrote = b"".join(data for pid, data in writes if pid == writer)
        own = [lines for lines in found if lines.pid == writer]
        assert b"".join(x.data + b"\n" * x.ended for x in own) == wrote
        assert all(lines.ended for lines in own[:-1])
        assert all(b"\n" not in lines.data for lines in own if not lines.ended)


@given(WRITES)
def test_held_is_what_has_not_ended(writes):
    """The bound on memory is kept by this number."""
    assembler = LineAssembler()
    for pid, data in writes:
        list(assembler.feed(pid, data, 0.0))
    held = assembler.held
    assert held == sum(len(line.data) for line in assembler.finish_all())
