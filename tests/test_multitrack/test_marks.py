"""The stage's marks are found in any pieces, and nothing else is taken for one."""

import secrets

from hypothesis import given
from hypothesis import strategies as st

from multitrack.marks import LONGEST_REST, Mark, MarkFinder, Sent, Started, Told

TOKEN = "0123456789abcdef"
WHOLE = b"\x1e0123456789abcdef:17:3@1500000000;"
TOLD = b"\x1e0123456789abcdef:4194303:interpreter4194302;"
STARTED = b"\x1e0123456789abcdef:18:pool:17:2:576f726b65722d31;"
PARTS = st.lists(
    st.one_of(
        st.just(WHOLE),
        st.just(TOLD),
        st.just(STARTED),
        st.binary(max_size=6),
        st.integers(0, len(WHOLE)).map(lambda n: WHOLE[:n]),
        st.just(b"\x1e"),
    )
)


def fed(pieces: list[bytes]) -> tuple[list[bytes | Told], bytes]:
    """Return output and marks with neighbouring output joined, and what was held at the end."""
    finder = MarkFinder(TOKEN)
    found: list[bytes | Told] = []
    for part in (part for piece in pieces for part in finder.feed(1, piece)):
        if found and isinstance(part, bytes) and isinstance(found[-1], bytes):
            found[-1] += part
        else:
            found.append(part)
    return found, finder.rest(1)


@given(PARTS, st.data())
def test_any_split_of_the_stream_gives_the_same(parts, data):
    """Where reads happen to end decides nothing."""
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    marks_and_output, held = fed([stream])
    again, held_again = fed(pieces)
    assert again == marks_and_output
    assert held_again == held
    whole = {Mark: WHOLE, Sent: TOLD, Started: STARTED}
    written = b"".join(x if isinstance(x, bytes) else whole[type(x)] for x in again) + held
    assert written == stream


def test_the_writers_are_kept_apart():
    """Half a mark of one writer and half of another make none."""
    finder = MarkFinder(TOKEN)
    assert list(finder.feed(1, WHOLE[:9])) == []
    assert list(finder.feed(2, WHOLE[9:])) == [WHOLE[9:]]
    assert list(finder.feed(1, WHOLE[9:])) == [Mark(17, 3, 1.5)]


def test_who_sends_a_signal_is_told():
    """By one of a few words; any other makes no mark."""
    finder = MarkFinder(TOKEN)
    assert list(finder.feed(1, TOLD)) == [Sent(4194303, "interpreter", 4194302)]
    other = TOLD.replace(b"interpreter", b"executioner")
    assert list(finder.feed(1, other)) == [other]


def test_as_what_a_process_was_started_is_told():
    """By one of a few words, with the name in hexadecimal digits: it may have any characters."""
    finder = MarkFinder(TOKEN)
    assert list(finder.feed(1, STARTED)) == [Started(18, "pool", 17, 2, "Worker-1")]
    for other in (STARTED.replace(b"pool", b"pond"), STARTED.replace(b"31;", b"3;")):
        assert list(finder.feed(1, other)) == [other]


def test_the_longest_mark_is_waited_for():
    """In two pieces, with a name of characters that are not UTF-8."""
    name = "\udc80".encode("utf-8", "backslashreplace").hex().encode() * 41
    longest = b"\x1e0123456789abcdef:4194303:executor:4194303:4194303:" + name + b";"
    rest = longest.partition(b":")[2]
    assert len(rest) <= LONGEST_REST
    finder = MarkFinder(TOKEN)
    assert list(finder.feed(1, longest[:-1])) == []
    (found,) = finder.feed(1, longest[-1:])
    assert isinstance(found, Started)
    assert found.name == "\\udc80" * 41


def test_a_mark_with_another_token_is_output():
    """Which is what a script that knows the form, and cannot know the token, would write."""
    forged = b"\x1e" + secrets.token_hex(8).encode() + b":17:3@1500000000;"
    assert list(MarkFinder(TOKEN).feed(1, forged)) == [forged]


def test_what_is_held_of_one_writer_is_given_back():
    """No mark will come of it once the writer has ended."""
    finder = MarkFinder(TOKEN)
    assert list(finder.feed(1, b"out" + WHOLE[:5])) == [b"out"]
    assert list(finder.feed(2, WHOLE[:3])) == []
    assert finder.held == [1, 2]
    assert finder.rest(1) == WHOLE[:5]
    assert finder.held == [2]
    assert finder.rest(1) == b""


def test_ordinary_output_is_not_held_back():
    """Only the byte that begins a mark is waited on."""
    finder = MarkFinder(TOKEN)
    assert list(finder.feed(1, b"0123")) == [b"0123"]
    assert list(finder.feed(1, WHOLE[:17] + b"xyz")) == [WHOLE[:17] + b"xyz"]
