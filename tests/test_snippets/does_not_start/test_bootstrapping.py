"""Without the guard the child is refused, unless it was forked; with it, it greets."""

import sys

import pytest

REFUSED = "An attempt has been made to start a new process before the"


def test_the_child_is_refused(run_program, start_method):
    """Under forkserver only where it is the default: in the fork server the default counts."""
    if start_method == "forkserver" and sys.version_info < (3, 14):
        pytest.skip("nobody's default")
    ended = run_program("bootstrapping.broken.py")
    assert (REFUSED in ended.output) is (start_method != "fork")
    server_dies = start_method == "forkserver" and (3, 14, 1) <= sys.version_info < (3, 15)
    # Main hears of it while it asks the server, or cannot ask it any more.
    gone = ("ConnectionResetError", "ConnectionRefusedError")
    assert any(name in ended.output for name in gone) is server_dies
    assert ended.status == int(server_dies)
    assert ("exit code of the child: 1" in ended.output) is (
        start_method != "fork" and not server_dies
    )


def test_the_guard_cures_it(run_program):
    ended = run_program("bootstrapping.cured.py")
    assert ended.output.splitlines() == ["hello from the child", "exit code of the child: 0"]
    assert ended.status == 0
