"""Who is whose child, when pids are used again and events come late."""

import signal

import pytest

from multitrack.process_tree import ProcessTree


def test_a_dead_process_starts_nobody():
    """Its pid may belong to a stranger by then, whose children are none of ours."""
    tree = ProcessTree()
    main = tree.born(10, None, 0.0)
    child = tree.born(11, main, 1.0)
    tree.died(child, 2.0, 0)
    assert tree.who_at(11, 1.5) is child
    assert tree.who_at(11, 2.5) is None
    again = tree.born(11, main, 3.0)
    assert tree.who_at(11, 3.5) is again
    assert tree.alive == {10: main, 11: again}
    tree.died(child, 4.0, 9)  # told late: the living one stands
    assert tree.alive[11] is again
    assert child.ending == (0, "")


def test_the_earliest_told_end_is_the_best():
    """Found dead at 3, reported dead at 2."""
    tree = ProcessTree()
    main = tree.born(10, None, 0.0)
    tree.died(main, 3.0, None)
    tree.died(main, 2.0, signal.SIGTERM)
    assert main.end == 2.0
    assert main.ending == (None, "SIGTERM")


def test_labels():
    """Children count in the order of birth, a fork server's among main's."""
    tree = ProcessTree()
    main = tree.born(1, None, 0.0)
    server = tree.born(2, main, 1.0)
    server.forked, server.command = False, ("python", "-c", "from multiprocessing.forkserver")
    tracker = tree.born(3, main, 0.5)
    tracker.forked, tracker.command = (
        False,
        (
            "python",
            "-c",
            "from multiprocessing.resource_tracker import main;main(3)",
        ),
    )
    first, second = tree.born(4, server, 2.0), tree.born(5, server, 3.0)
    grandchild = tree.born(6, second, 4.0)
    tree.label()
    assert [x.label for x in (main, server, tracker, first, second, grandchild)] == [
        "main",
        "fork server",
        "resource tracker",
        "child 1",
        "child 2",
        "child 2.1",
    ]


def test_a_corrected_parent():
    """A line that came before its event was put down to main."""
    tree = ProcessTree()
    main = tree.born(1, None, 0.0)
    child, other = tree.born(2, main, 1.0), tree.born(3, main, 2.0)
    tree.adopt(other, child)
    tree.label()
    assert (child.label, other.label) == ("child 1", "child 1.1")


def test_starts_that_were_seen_late(tmp_path):
    """The kernel gives out pids in turn: 98, 99, then 1 again."""
    tree = ProcessTree()
    main = tree.born(98, None, 0.0)
    second, first, third = (
        tree.born(1, main, 2.0),
        tree.born(99, main, 3.0),
        tree.born(2, main, 4.0),
    )
    tree.correct_starts(100)
    tree.label()
    assert [x.label for x in (first, second, third)] == ["child 1", "child 2", "child 3"]
    assert first.start < second.start == 2.0
    assert third.start == 4.0


@pytest.mark.parametrize(
    ("command", "helper", "program"),
    [
        (
            "python -c from multiprocessing.resource_tracker import main;main(5)",
            "resource tracker",
            "",
        ),
        ("python -s -c from multiprocessing.forkserver import main; main(1)", "fork server", ""),
        (
            "python -B -c import sys; from multiprocessing.forkserver import main; main(3)",
            "fork server",
            "",
        ),
        ("python -c from multiprocessing.spawn import spawn_main; spawn_main()", "", ""),
        (
            "python -c from loky.backend.resource_tracker import main; main(3)",
            "resource tracker",
            "",
        ),
        (
            "python -B -c from joblib.externals.loky.backend.resource_tracker import main; main(3)",
            "resource tracker",
            "",
        ),
        ("python -m joblib.externals.loky.backend.popen_loky_posix --pipe 14", "", ""),
        ("python -c from billiard.semaphore_tracker import main;main(3)", "semaphore tracker", ""),
        ("python -c from mine.resource_tracker import main", "", None),
        ("grep multiprocessing.resource_tracker log", "", None),
    ],
)
def test_what_a_library_starts(command, helper, program):
    """Its helpers have their names, its workers are children, all else is a program."""
    tree = ProcessTree()
    child = tree.born(2, tree.born(1, None, 0.0), 1.0)
    words = command.split()
    if "-c" in words:
        words = [*words[: words.index("-c") + 1], " ".join(words[words.index("-c") + 1 :])]
    assert child.helper == ""
    child.command, child.forked = tuple(words), False
    assert child.helper == helper
    assert " ".join(child.program) == (command if program is None else program)
