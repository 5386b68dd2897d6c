"""``multitrack record``: what is printed, and the statuses."""

import ctypes
import errno
import json
import secrets
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gallery.project import ROOT
from multitrack.cli import main, visible
from multitrack.recording import Recording


def multitrack(*words: object) -> subprocess.CompletedProcess[str]:
    """Run the command as a reader does."""
    return subprocess.run(
        [sys.executable, "-m", "multitrack", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def complaints(errors: str) -> list[str]:
    """Leave out the notes: other programs may leave something in /dev/shm meanwhile."""
    return [line for line in errors.splitlines() if not line.startswith("note: ")]


FAMILY = """
import multiprocessing, os
def work(): print("from a child"); {end}
if __name__ == "__main__":
    child = multiprocessing.Process(target=work); child.start(); child.join()
    print("from main")
"""


def test_a_good_lesson(write, capfd):
    """Names in front, how each ended below, status 0."""
    path = write(FAMILY.format(end="pass"))
    assert main(["record", str(path), "--start-method", "fork"]) == 0
    out, err = capfd.readouterr()
    lines = out.splitlines()
    assert lines[:2] == ["Process-1 | from a child", "     main | from main"]
    assert lines[2].startswith("[fork, ")
    assert lines[2].endswith(": main ended with 0; Process-1 ended with 0]")
    assert complaints(err) == []


def test_pictures_are_named(write, capfd):
    """With why one is left out."""
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='3' height='4'/>"
    code = f"open('a.svg', 'w').write({svg!r})\nopen('b\\x1b.svg', 'w').close()\n"
    assert main(["record", str(write(code))]) == 0
    assert capfd.readouterr().out.splitlines()[1:] == [
        "[cell 1 made a picture, a.svg: SVG, 3 by 4 pixels]",
        "[cell 1 made a picture, b\\x1b.svg: refused, it is no SVG]",
    ]


def test_a_failing_lesson(write, capfd):
    """Status 1, with the line and the last words."""
    assert main(["record", str(write("x = 1\n1/0\n"))]) == 1
    out, err = capfd.readouterr()
    assert '  File "lesson.py", line 2, in <module>' in out
    assert err.startswith("error: lesson.py under ")
    assert "main ended with 1 at line 2; it last said 'ZeroDivisionError" in err


def test_a_failing_child(write, capfd):
    """A warning, and the status is main's."""
    code = FAMILY.format(end="os._exit(3)")
    assert main(["record", str(write(code)), "--start-method", "fork"]) == 0
    assert complaints(capfd.readouterr().err) == ["warning: Process-1 ended with 3"]


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="the system has no /dev/shm")
def test_what_appears_in_dev_shm_is_noted(write, capfd):
    """It may be another program's: status 0, and it stays."""
    name = f"psm_{secrets.token_hex(6)}"
    path = Path("/dev/shm", name)
    assert main(["record", str(write(f"open({str(path)!r}, 'w').close()"))]) == 0
    path.unlink()
    words = f"the shared memory segment {name} appeared meanwhile, perhaps not this script's"
    assert f"note: {words}" in capfd.readouterr().err.splitlines()


def test_a_missing_guard(write, capfd):
    """The reason stands below the warning."""
    code = "import multiprocessing\nmultiprocessing.Process(target=print).start()\n"
    assert main(["record", str(write(code)), "--start-method", "spawn"]) == 0
    warning, why = complaints(capfd.readouterr().err)
    assert warning == "warning: Process-1 ended with 1"
    assert why.startswith("why: Under spawn and forkserver every child imports the script first")


def test_the_time_limit(write, capfd):
    """Status 1, and who stood where; that we ended them is no second complaint."""
    path = write("import time\ntime.sleep(60)\n")
    assert main(["record", str(path), "--timeout", "0.5"]) == 1
    err = capfd.readouterr().err
    assert "did not end within 0.5 seconds; alive were:\n  main said nothing" in err
    assert "warning" not in err


def test_json(write, capfd):
    """The whole recording, and nothing else on standard output."""
    assert main(["record", str(write("print(1)")), "--json"]) == 0
    recording = Recording.from_json(capfd.readouterr().out)
    assert [x.text for x in recording.lines] == ["1"]


def test_all_lines_are_printed(write, capfd):
    """Also those that a recording does not hold."""
    assert main(["record", str(write("for n in range(5000): print(n)"))]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[:-1] == [f"main | {n}" for n in range(5000)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["record", "/nowhere.py"], "error: /nowhere.py: there is no such file"),
        (["record", str(ROOT)], "this is a directory"),
        (["record", "x.py", "--timeout", "soon"], "give a number of seconds, more than 0"),
        (["record", "x.py", "--timeout", "-1"], "give a number of seconds, more than 0"),
        (["record", "x.py", "--timeout", "nan"], "give a number of seconds, more than 0"),
        (["record", "x.py", "--start-method", "thread"], "invalid choice: 'thread'"),
        (["record"], "the following arguments are required: FILE"),
        ([], "the following arguments are required: command"),
        (["play"], "invalid choice: 'play'"),
    ],
)
def test_what_is_refused(words, said, refused):
    """Status 2, and nothing was run."""
    assert said in refused(main, words)


def test_a_syntax_error_is_refused_before_the_first_cell_runs(write, tmp_path, capfd):
    """Though the first cell is in order."""
    mark = tmp_path / "mark"
    path = write(f"open({str(mark)!r}, 'w')\n# %%\ndef (:\n")
    assert main(["record", str(path)]) == 2
    assert f"error: {path}:3: not Python: " in capfd.readouterr().err
    assert not mark.exists()


def test_no_room_for_temporary_files(write, capfd, monkeypatch):
    """One line says where; nothing was printed."""

    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/tmp/full-1")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    assert main(["record", str(write("print(1)"))]) == 1
    assert capfd.readouterr() == ("", "error: [Errno 28] No space left on device: '/tmp/full-1'\n")


@pytest.mark.parametrize("words", [["--help"], ["record", "--help"]])
def test_help(words):
    """It has an example or the statuses, and ends with 0."""
    done = multitrack(*words)
    assert done.returncode == 0
    assert "Example: multitrack record" in done.stdout or "Exit status: 0" in done.stdout
    assert done.stderr == ""


def any_other_thread(pid: int) -> int:
    """Return a thread of the process that is not its main thread."""
    return next(int(p.name) for p in Path(f"/proc/{pid}/task").iterdir() if int(p.name) != pid)


@pytest.mark.parametrize("thread", ["main", "another"])
def test_ctrl_c(write, tmp_path, thread):
    """Status 130, a sentence, and nothing left running, whichever thread the kernel tells."""
    mark = tmp_path / "mark"
    path = write(
        f"import os, time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
    )
    asking = subprocess.Popen(
        [sys.executable, "-m", "multitrack", "record", str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    from tests.test_multitrack.test_pool import until

    try:
        until(lambda: mark.exists() and mark.read_text(), "the lesson")
        told = asking.pid if thread == "main" else any_other_thread(asking.pid)
        assert ctypes.CDLL(None).tgkill(asking.pid, told, signal.SIGINT) == 0
        out, err = asking.communicate(timeout=45)  # the lesson would take longer
    finally:
        asking.kill()
    assert asking.returncode == 130
    assert err == "interrupted; everything that the script started was ended\n"
    assert not Path("/proc", mark.read_text()).exists()
    assert out == ""


def test_control_characters_do_not_reach_the_terminal():
    """And all else does."""
    assert visible("é \u05d0 \x1b[31m\0\r\u202e|") == "é \u05d0 \\x1b[31m\\x00\\r\\u202e|"


def test_what_is_printed_is_plain_text(write, capfd):
    """Also from a lesson that sets the terminal's title."""
    main(["record", str(write("print('\\x1b]0;title\\x07')")), "--start-method", "fork"])
    assert capfd.readouterr().out.splitlines()[0] == "main | \\x1b]0;title\\x07"


def test_json_has_no_raw_control_characters(write, capfd):
    """It is ASCII."""
    main(["record", str(write("print('\\x1b é')")), "--json"])
    out = capfd.readouterr().out
    assert out.isascii() and "\x1b" not in out
    assert json.loads(out)["lines"][0]["text"] == "\x1b é"
