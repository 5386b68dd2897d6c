"""Claims of measured times, read from lines that are given."""

from dataclasses import replace

import pytest

from gallery.claims import Claim
from multitrack.recording import Line


@pytest.fixture
def recording(play):
    """Make a recording of given lines: main's, and those of a child."""
    empty = play("x = 1")

    def made(*texts: str):
        lines = [Line("main" if n else "child 1", 1, n, text) for n, text in enumerate(texts)]
        return replace(empty, lines=tuple(lines))

    return made


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("1.52 s", "810 ms"),
        ("1 ms", "999 us"),
        ("1 ms", "999 µs"),  # the sign
        ("1 ms", "999 μs"),  # the letter
        ("2 us", "1999 ns"),
        ("1 min", "59 seconds"),
        ("1.5s", "1,400 ms"),
        ("2 milliseconds", "1_999 microseconds"),
        ("1.0 s, then 3 s", "0.5 s, then 9 s"),
        ("12 of 40 in 2 s", "40 of 40 in 1 s"),
        ("1 ms", "1e-05 s"),
    ],
)
def test_the_longer_time_is_found_whatever_its_unit(recording, more, less):
    """Whichever process wrote it, and wherever the line stands."""
    for texts in ([f"loop: {more}", f"two: {less}"], [f"two: {less}", f" loop: {more}"]):
        assert Claim.of("loop > two").holds(recording(*texts))
        assert not Claim.of("two > loop").holds(recording(*texts))


def test_equal_times_bear_no_claim_out(recording):
    assert not Claim.of("a > b").holds(recording("a: 1 s", "b: 1000 ms"))


def test_the_line_begins_with_whole_words_and_has_a_time(recording):
    claim = Claim.of("loop > 2 workers:")
    assert claim.holds(
        recording("loops: 9 ms", "loop begins", "1 s loop", "loop 2 s", "2 workers: 1 s")
    )


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ((), "no line with a time begins with 'loop'; with times there are: no line has one"),
        (("loop: 3", "two: 1 s"), "begins with 'loop'; with times there are: 'two: 1 s'. Give the"),
        (("loop: 3 s", "one: 2 s"), "begins with 'two'; with times there are: 'loop: 3 s', 'one"),
        (("loop: 3 s", "loop again: 2 s", "two: 1 s"), "2 lines with a time begin with 'loop'"),
    ],
)
def test_what_is_claimed_of_no_line_or_of_several_is_refused(recording, texts, words):
    with pytest.raises(ValueError, match=words):
        Claim.of("loop > two").holds(recording(*texts))
