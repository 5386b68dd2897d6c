"""The program without a guard breaks unless it forks; the cured one never does."""

import sys

import pytest


def test_broken(run_program, start_method):
    """Without the guard, the child greets under fork only.

    From 3.13.8 and 3.14.1 on the fork server runs the program's file first (gh-126631) and dies
    of it; from 3.15 on it passes over the error (gh-141860).
    """
    if start_method == "forkserver" and sys.version_info < (3, 14):
        pytest.skip("nobody's default: the fork server would not have it as its own")
    ended = run_program("main_guard.broken.py")
    forked = start_method == "fork"
    server_dies = start_method == "forkserver" and (3, 14, 1) <= sys.version_info < (3, 15)
    assert ("hello from the child" in ended.output) is forked
    assert ("RuntimeError" in ended.output) is not forked
    assert ("ConnectionResetError" in ended.output) is server_dies
    assert ("exit code of the child: 1" in ended.output) is (not forked and not server_dies)
    assert ended.status == int(server_dies)


def test_cured(run_program, start_method):
    """With the guard, the child greets once, and the file is run again harmlessly."""
    ended = run_program("main_guard.cured.py")
    assert ended.status == 0
    assert ended.output.count("hello from the child") == 1
    assert "Error" not in ended.output
    assert ("__mp_main__" in ended.output) is (start_method != "fork")
