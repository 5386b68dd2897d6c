"""The lesson on pipes: a helper that answers, and dies; both sending at once."""

import signal
import subprocess
import sys
from multiprocessing import Pipe
from pathlib import Path
from unittest.mock import Mock

import pytest

from snippets.communication import pipe

START = """
import multiprocessing, os, signal, sys
from snippets.communication import pipe
multiprocessing.set_start_method(sys.argv[1])
ours, theirs = multiprocessing.Pipe()
helper = multiprocessing.Process(target=pipe.answer, args=(theirs, ours))
helper.start()
theirs.close()
"""

ABANDONED = """
with ours:
    ours.send("copytree")
    if sys.argv[2] != "killed before the answer":
        ours.poll(20)
    if sys.argv[2] == "killed before the answer is read":
        os.kill(os.getpid(), signal.SIGKILL)
    ours.recv()
    if sys.argv[2] == "raises":
        sys.exit(3)
    os.kill(os.getpid(), signal.SIGKILL)
"""

KILLED = """
print(pipe.ask(ours, helper, "copytree"))
helper.kill()
try:
    for _ in range(9):
        pipe.ask(ours, helper, "walk")
except RuntimeError as error:
    print(error)
"""

TWO_HELPERS = """
second, end = multiprocessing.Pipe()
another = multiprocessing.Process(target=pipe.answer, args=(end, second))
another.start()
end.close()
ours.close()
helper.join(1 if sys.argv[1] == "fork" else 20)
print("first:", helper.exitcode)
second.close()
helper.join()
another.join()
print("both:", helper.exitcode, another.exitcode)
"""


def played(program, *args):
    """Run it as ``python -c``."""
    return subprocess.run(
        [sys.executable, "-c", START + program, *args],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_program(run_program):
    ended = run_program("pipe.py")
    assert ended.status == 0
    assert ended["names"] == ["copytree", "walk", "print", "split"]
    assert ended["answers"]["copytree"] == ["shutil"]
    assert ended["answers"]["print"] == []
    assert "exit code 1, EOFError()" in ended.output


def test_with_a_copy_in_main_it_does_not_notice_that_the_helper_died(run_program):
    """Without ``theirs.close()`` main waits for itself."""
    unclosed = {"    theirs.close()\n    try:": "    try:"}
    ended = run_program("pipe.py", hangs="TypeError", changed=unclosed)
    assert ended.status is None
    assert "RuntimeError" not in ended.output and "EOFError" not in ended.output


def test_without_a_bad_question_the_second_helper_ends_too(run_program):
    """It does because ``with`` closes main's end."""
    ended = run_program("pipe.py", changed={'["walk"]))': '"split"))'})
    assert ended.status == 0
    assert ended.output.count("no more questions") == 2
    assert "RuntimeError" not in ended.output


def test_the_two_take_turns(run_program):
    """Each answer is printed before the next question is asked, and the helper ends last."""
    said = run_program("pipe.py").output
    places = [said.index(f"{name}: ") for name in ("copytree", "walk", "print", "split")]
    ready, over = said.index("is ready"), said.index("no more questions")
    assert [ready, *places, over] == sorted([ready, *places, over])


def test_both_wait_in_send(run_program):
    ended = run_program("pipe.broken.py", hangs="sending")
    assert ended.status is None
    assert "all compressed" not in ended.output


def test_taking_turns_ends(run_program):
    ended = run_program("pipe.cured.py")
    assert ended.status == 0
    assert len(ended["results"]) == len(ended["files"])


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("raises", 3),
        ("killed after an answer", -signal.SIGKILL),
        ("killed before the answer", -signal.SIGKILL),
        ("killed before the answer is read", -signal.SIGKILL),
    ],
)
def test_the_helper_ends_with_main(start_method, how, status):
    """It writes to the same pipe as main: that ends when both have ended."""
    done = played(ABANDONED, start_method, how)
    assert done.returncode == status
    assert "no more questions" in done.stdout
    assert "OSError" not in done.stderr and "Error: [Errno" not in done.stderr


def test_a_helper_that_was_killed(start_method):
    assert f"exit code -{signal.SIGKILL:d}" in played(KILLED, start_method).stdout


def test_only_a_forked_second_helper_keeps_the_first_alive(start_method):
    done = played(TWO_HELPERS, start_method)
    assert ("first: None" in done.stdout) is (start_method == "fork")
    assert "both: 0 0" in done.stdout


def test_the_end_of_an_empty_pipe():
    ours, theirs = Pipe()
    theirs.close()
    with ours, pytest.raises(EOFError):
        ours.recv()


def test_to_send_to_the_dead():
    ours, theirs = Pipe()
    theirs.close()
    with ours, pytest.raises(BrokenPipeError):
        ours.send("question")


@pytest.mark.skipif(sys.platform != "linux", reason="the page says it of Linux")
def test_a_question_that_was_not_read():
    ours, theirs = Pipe()
    ours.send("question")
    theirs.close()
    with ours, pytest.raises(ConnectionResetError):
        ours.recv()


def test_ask_says_how_the_helper_ended():
    """An answer is returned; a death is told with the exit code."""
    helper = Mock(exitcode=3)
    ours, theirs = Pipe()
    theirs.send(["os"])
    assert pipe.ask(ours, helper, "walk") == ["os"]
    theirs.close()
    with ours, pytest.raises(RuntimeError, match="3") as failed:
        pipe.ask(ours, helper, "walk")
    assert isinstance(failed.value.__cause__, OSError)


def test_ask_does_not_wait_for_a_helper_that_lives():
    """If what came cannot be unpickled, our end is closed before ``join()``."""
    ours, theirs = Pipe()
    theirs.send_bytes(b"")  # no pickle: EOFError
    helper = Mock(exitcode=0)
    helper.join.side_effect = lambda: helper.closed(ours.closed)
    with theirs, pytest.raises(RuntimeError):
        pipe.ask(ours, helper, "walk")
    helper.closed.assert_called_once_with(True)
