"""Finding interpreters: what is missing or broken is named, and the rest goes on."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from gallery import pythons
from gallery.evidence import pythons as evidence
from gallery.evidence.pythons import Found, find


@pytest.fixture
def fake(tmp_path: Path) -> Callable[..., str]:
    """Write a shell script that stands where an interpreter is asked for."""

    def write(code: str, name: str = "python3.99") -> str:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{code}\n")
        path.chmod(0o755)
        return str(path)

    return write


def examined(path: str) -> Found:
    """Ask for an interpreter and return what is said of it."""
    return next(one for one in find([path], search=False) if one.path == path)


def without(statement: str) -> str:
    """Return a script that runs this Python after a statement that takes something from it."""
    return f'exec {sys.executable} -I -c "{statement}; import sys; exec(sys.argv.pop(1))" "$3" "$4"'


def test_the_builders_own_comes_once_and_first_of_its_kind():
    found = find([sys.executable, os.path.realpath(sys.executable)], search=False)
    assert [one.python.state for one in found] == ["ok"]
    assert found[0].python.builder
    assert found[0].path == sys.executable
    assert found[0].python.id == f"cpython-{found[0].about.version}"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("kill -SEGV $$", "it crashed when it was started (SIGSEGV)"),
        ("echo hello; exit 3", "it ended with 3 and said 'hello'"),
        ("exit 0", "it ended with 0 and said nothing"),
        ("echo ready 3.9", "Python 3.9 is older than 3.11"),
        ("echo ready 3.13", "does not work as a Python"),
        (without("import _multiprocessing as m; del m.SemLock"), "lacks a functioning sem_open"),
    ],
)
def test_what_does_not_work_is_named(fake, code, why):
    path = fake(code)
    bad, good = examined(path), examined(sys.executable)
    assert bad.python.state == "broken"
    assert why in bad.python.why
    assert path not in bad.python.why, "a page must not name a folder of this machine"
    assert bad.about is None
    assert good.python.state == "ok"


def test_what_is_not_there_is_missing_and_what_is_no_program_is_broken(tmp_path):
    gone = examined(str(tmp_path / "nonexistent"))
    assert (gone.python.state, gone.python.why) == ("missing", "there is no such file")
    text = tmp_path / "notes.txt"
    text.write_text("no program")
    assert examined(str(text)).python.why == "it cannot be started: Permission denied"
    text.chmod(0o755)
    assert "Exec format error" in examined(str(text)).python.why
    nobody = tmp_path / "orphan"
    nobody.write_text("#!/nonexistent/sh\n")
    nobody.chmod(0o755)
    assert examined(str(nobody)).python.why == "its own interpreter is missing"


def test_one_that_hangs_is_ended_with_all_that_it_started(fake, monkeypatch):
    monkeypatch.setattr(pythons, "PATIENCE", 1.0)
    mark = f"60.{uuid.uuid4().int % 10**9}"
    bad = examined(fake(f"sleep {mark} & sleep {mark}"))
    assert bad.python.why == "it did not answer within 1 seconds"
    assert [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or ())] == []


def test_a_python_that_may_not_write_to_dev_shm(fake):
    """For real: the same Python in a mount namespace whose /dev/shm is read-only."""
    enter = "unshare --mount sh -c 'mount -t tmpfs -o ro none /dev/shm && exec \"$@\"' sh"
    if subprocess.run(f"{enter} true", shell=True, capture_output=True).returncode:
        pytest.skip("this machine lets us make no mount namespace")
    bad = examined(fake(f'exec {enter} {sys.executable} "$@"'))
    assert bad.python.state == "broken"
    assert "lessons cannot be run on it: OSError" in bad.python.why


def test_the_search_passes_over_shims_and_names_what_is_not_there(fake, tmp_path, monkeypatch):
    shims, versions = tmp_path / "shims", tmp_path / "versions" / "3.12.9" / "bin"
    shims.mkdir()
    versions.mkdir(parents=True)
    other = (
        "import sys, platform as p; sys.version += ' other'; p.python_version = lambda: '3.12.9'"
    )
    there = fake(without(other), "versions/3.12.9/bin/python")
    fake("echo a shim; exit 127", "shims/python3.13")
    fake(f"echo {tmp_path}", "pyenv")
    monkeypatch.setenv("PATH", f"{shims}:{tmp_path}:/bin")
    for module in (pythons, evidence):
        monkeypatch.setattr(module, "WANTED", ("3.12", "3.13", "3.13t"))
    assert list(pythons.searched()) == [there]
    found = {one.python.name: one.python for one in find([])}
    assert found["CPython 3.12.9"].state == "ok"
    assert found["CPython 3.13"].state == "missing"
    assert found["CPython 3.13, free-threaded"].why == "no python3.13t"
