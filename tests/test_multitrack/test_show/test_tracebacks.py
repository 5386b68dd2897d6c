"""What of a traceback is folded and marked: those that were recorded on each Python, and others.

``tracebacks/`` has for each line its kind, its writer and its text; a person has read the kinds.
"""

import json
import random
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multitrack.recording import Line
from multitrack.show.tracebacks import Group, groups, kinds

RECORDED = {path.stem: path for path in Path(__file__).with_name("tracebacks").iterdir()}


def recorded(version):
    """Return the lines that were recorded on a Python, and the kind of each."""
    read = [json.loads(line) for line in RECORDED[version].read_text().splitlines()]
    return [Line(who, 1, 0.0, text) for _, who, text in read], [kind for kind, *_ in read]


def told(*texts):
    """Return the kinds of one process's lines, by their first letters."""
    return "".join(kind[0] for kind in kinds([Line("main", 1, 0.0, text) for text in texts]))


HEAD = "Traceback (most recent call last):"
OWN = '  File "a.py", line 1, in <module>'
LIBRARY = '  File "lib/python3.14/queue.py", line 1, in get'


@pytest.mark.parametrize("version", RECORDED)
def test_as_it_was_recorded(version):
    """Frames of libraries are known, and whole messages, on each Python."""
    lines, expected = recorded(version)
    assert kinds(lines) == expected
    joined = groups(lines)
    assert [line for group in joined for line in group.lines] == lines
    assert sum(group.frames for group in joined if group.kind == "frames") == sum(
        kind == "frames" and '  File "' in line.text
        for kind, line in zip(expected, lines, strict=True)
    )


def test_each_version_was_recorded():
    """From the oldest to the newest that lessons are recorded on."""
    assert sorted(RECORDED) == ["3.11", "3.13", "3.14", "3.15"]


@pytest.mark.parametrize("seed", range(20))
def test_writers_that_alternate(seed):
    """Each process's lines are read by themselves; no order is changed."""
    chance = random.Random(seed)
    lines, expected = recorded("3.15")
    left: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        left.setdefault(line.process, []).append(at)
    order = []
    while left := {who: places for who, places in left.items() if places}:
        places = left[chance.choice(list(left))]
        count = chance.choice((1, 2, 40))
        order += places[:count]
        del places[:count]
    mixed = [lines[at] for at in order]
    assert kinds(mixed) == [expected[at] for at in order]
    joined = groups(mixed)
    assert [line for group in joined for line in group.lines] == mixed
    heads = [(group.lines[0].process, group.kind) for group in joined]
    assert [head for head, _ in groupby(heads)] == heads


def test_groups():
    """Neighbours of one kind are one, and its frames are counted."""
    lines = [Line("main", 1, 0.0, text) for text in (HEAD, LIBRARY, "    x()", LIBRARY, "E: x")]
    assert groups(lines) == [
        Group("plain", (lines[0],)),
        Group("frames", tuple(lines[1:4])),
        Group("error", (lines[4],)),
    ]
    assert [group.frames for group in groups(lines)] == [0, 2, 0]
    assert groups([]) == []


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("a.py", "o"),
        ("helpers/lib.py", "o"),
        ("python.py", "o"),
        ("lib/mine.py", "o"),
        ("lib/python3.14/queue.py", "f"),
        ("lib/python3.13t/queue.py", "f"),
        ("lib/site-packages/loky/x.py", "f"),
        ("lib/dist-packages/x.py", "f"),
        ("python/share/x.py", "f"),
        ("/opt/x.py", "f"),
        ("~/x.py", "f"),
        ("<string>", "f"),
        ("<frozen runpy>", "f"),
    ],
)
def test_whose_file_it_is(file, kind):
    """The script's folder's, or another's."""
    assert told(HEAD, f'  File "{file}", line 1, in f', "    x()", "E") == f"p{kind}{kind}e"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (["next line"], "p"),
        (["", "next line"], "pp"),
        (["  more of it", "", "  and more", "next"], "eeep"),
        ([HEAD, OWN, "F"], "poe"),
        (["Process Process-1:", HEAD, OWN, "F: one", "two"], "ppoee"),
        (["", "During handling of the above exception, another exception occurred:"], "pp"),
        ([LIBRARY], "e"),  # indented, so it may be of the message: it is not folded
    ],
)
def test_where_a_message_ends(after, expected):
    """What is indented belongs to it; where a child is about to end, all that follows."""
    assert told(HEAD, OWN, "E: x", *after) == "poe" + expected


def test_what_is_no_traceback():
    """Stacks that no exception printed, frames alone, and a traceback that is cut."""
    stack = ["Thread 0x1 (most recent call first):", LIBRARY.replace(", in", " in"), ""]
    assert told(*stack) == "ppp"
    assert told(OWN, "    x()", LIBRARY) == "ppp"
    assert told('"""', OWN, '"""') == "ppp"
    assert told(HEAD) == "p"
    assert told(HEAD, "", "said") == "ppp"
    assert told(HEAD, LIBRARY, "    x()") == "pff"
    assert told(HEAD, OWN, "", "said") == "popp"


def test_a_group_that_is_cut():
    """Ends where its margin does."""
    group = ["  + Exception Group Traceback (most recent call last):", f"  | {LIBRARY}"]
    assert told(*group, "  | E: x (1 sub-exception)", "said", LIBRARY) == "pfepp"
    assert told(*group) == "pf"


@settings(deadline=None)
@given(st.lists(st.sampled_from([HEAD, OWN, LIBRARY, "    x()", "E: x", "", '"""', "  | a"])))
def test_only_frames_are_folded(texts):
    """Whatever comes: a frame, or what stands indented below one."""
    for at, kind in enumerate(told(*texts)):
        if kind == "f":
            assert texts[at] == LIBRARY or (texts[at] == "    x()" and at)
