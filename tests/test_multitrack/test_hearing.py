"""What is read out of the stream beside lines: where main failed, and who ended whom."""

from pathlib import Path

import pytest

from multitrack.hearing import Hearing
from multitrack.problems import failed_main
from multitrack.process_tree import Life, ProcessTree
from multitrack.recording import Process
from multitrack.script import Script

TOKEN = "0" * 32


@pytest.fixture
def tree() -> ProcessTree:
    """Have a main and a child."""
    tree = ProcessTree()
    tree.born(11, tree.born(10, None, 0.0), 1.0)
    return tree


@pytest.fixture
def hearing(write, tmp_path, tree) -> Hearing:
    """Hear those two."""
    script = Script.read(write("x = 1\n", "a+b/lesson.py"))
    return Hearing(script, TOKEN, tmp_path / "output", tree, lambda: None)


def traceback(script: Path, *lines: int) -> bytes:
    """Write a traceback through these lines, and then through a library."""
    frames = [f'  File "{script}", line {n}, in work\n    x\n' for n in lines]
    text = "Traceback (most recent call last):\n" + "".join(frames)
    return f'{text}  File "/lib/other.py", line 99, in more\n    x\nError: x\n'.encode()


def test_where_main_failed(hearing, tmp_path):
    """The innermost line of the script, in the last traceback; lines of others do not count."""
    script = tmp_path / "a+b" / "lesson.py"
    assert hearing.failing_line is None
    hearing.take(10, traceback(script, 7, 5), 1.0)
    assert hearing.failing_line == 5
    hearing.take(10, traceback(script, 8, 3), 2.0)
    assert hearing.failing_line == 3
    hearing.take(10, traceback(tmp_path / "aab" / "lesson.py", 4), 3.0)
    hearing.take(10, traceback(Path(f"{script}x"), 4), 3.0)
    hearing.take(10, f'said: File "{script}", line 4\n'.encode(), 3.0)
    assert hearing.failing_line == 3
    for piece in (b"  | ", f'  File "{script}", li'.encode(), b"ne 12, in work\n"):  # of a group
        hearing.take(10, piece, 4.0)
    assert hearing.failing_line == 12


def test_where_a_child_failed_is_not_where_main_did(hearing, tmp_path):
    """Main may go on, and fail elsewhere; where the system names no writer it may be main's."""
    script = tmp_path / "a+b" / "lesson.py"
    hearing.take(10, traceback(script, 7), 1.0)
    hearing.take(11, traceback(script, 5), 2.0)
    assert hearing.failing_line == 7
    hearing.take(0, traceback(script, 6), 3.0)
    assert hearing.failing_line == 6


@pytest.mark.parametrize(
    ("code", "signal", "line", "words"),
    [
        (1, "", 7, "main ended with 1 at line 7; it last said 'x'"),
        (1, "", None, "main ended with 1; it last said 'x'"),
        (3, "", 7, "main ended with 3; it last said 'x'"),  # a traceback that it printed before
        (None, "SIGKILL", 7, "main ended by SIGKILL; it last said 'x'"),
    ],
)
def test_a_traceback_s_line_is_named_where_main_ended_by_it(code, signal, line, words):
    """An uncaught exception is the one way to end with 1 and a traceback."""
    main = Process("main", 10, "", False, "", 0.0, 1.0, code, signal)
    assert failed_main(main, "x", line).text == words


def sent(sender: str, target: int) -> bytes:
    """Write the stage's mark that SIGTERM is sent."""
    return f"\x1e{TOKEN}:10:{sender}{target};".encode()


def again(tree: ProcessTree, at: float) -> Life:
    """Have the child's pid used again."""
    tree.died(tree.alive[11], at - 0.5, 15)
    return tree.born(11, tree.main, at)


def test_who_ended_the_one_that_had_the_pid_before(hearing, tree):
    """Did not end its successor."""
    first = tree.alive[11]
    hearing.take(10, sent("pool", 11), 2.0)
    second = again(tree, 3.0)
    assert (hearing.sender(first), hearing.sender(second)) == ("pool", "program")
    hearing.take(10, sent("manager", 11), 4.0)
    assert hearing.sender(second) == "manager"
    hearing.take(10, sent("pool", 11), 5.0)  # not the first who does so
    assert hearing.sender(second) == "manager"
