"""The lesson on pipes: questions and answers, and the end of the data."""

from multiprocessing import Pipe

import pytest

from snippets.communication import pipe


@pytest.mark.parametrize("numbers", [[], [3, 1, 2]])
def test_answers_come_in_the_order_of_the_questions(run, numbers):
    """One speaks, the other listens, so the order is certain."""
    assert run(pipe.ask_for_squares, numbers) == [n * n for n in numbers]


@pytest.mark.parametrize("numbers", [[], [10, 20, 30]])
def test_the_end_of_the_data_ends_the_reading(run, numbers):
    """Neither a count nor a sentinel is needed, not even for no data at all."""
    assert run(pipe.read_from_child, numbers) == numbers


def test_a_writer_kept_by_the_parent_hides_the_end(run):
    """Under every start method."""
    assert run(pipe.child_sees_end, False, False) is False


def test_a_forked_child_inherits_the_writer(run, start_method):
    """Fork hands over everything that is open; the other methods do not."""
    assert run(pipe.child_sees_end, True, False) is (start_method != "fork")


def test_closing_every_copy_shows_the_end(run):
    """Under every start method."""
    assert run(pipe.child_sees_end, True, True) is True


def test_receiving_stops_only_when_the_last_writer_is_closed():
    """What was sent before is still received."""
    reader, writer = Pipe(duplex=False)
    writer.send(1)
    received = pipe.receive_all(reader)
    assert next(received) == 1
    assert not reader.poll(0.1)
    writer.close()
    assert list(received) == []
    reader.close()


def test_a_side_that_has_gone_is_noticed():
    """The parent's own copy closed, recv() raises instead of waiting."""
    ours, theirs = Pipe()
    theirs.close()
    with pytest.raises(EOFError):
        ours.recv()
    ours.close()
