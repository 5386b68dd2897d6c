"""`python -m gallery.evidence` on a tiny project, also with interpreters that fail."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from gallery.evidence import gathering
from gallery.evidence.__main__ import main
from gallery.evidence.findings import ALL, Cell, Evidence, Findings
from multitrack.pool import record_all

ROOT = Path(__file__).resolve().parents[3]
TITLE = '"""\nTiny\n====\n"""\n'
ORDINARY = """
from multiprocessing import Process


def work(number):
    print("work", number)
    return number


if __name__ == "__main__":
    child = Process(target=work, args=(1,))
    child.start()
    child.join()
"""
TESTS = """
from snippets.tiny import {name}


def test_it(run):
    assert run({name}.work, 3) == 3
"""


@dataclass
class Project:
    """A tiny project with lessons; ``run`` gathers and returns the exit status."""

    root: Path

    def lesson(self, name: str, code: str = ORDINARY, tests: str = TESTS) -> None:
        """Write a lesson and its tests."""
        script = self.root / "snippets" / "tiny" / f"{name}.py"
        test = self.root / "tests" / "test_snippets" / "tiny" / f"test_{name}.py"
        for path, text in ((script, TITLE + code), (test, tests.format(name=name))):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for folder in (script.parent, script.parents[1]):
            (folder / "__init__.py").touch()

    @property
    def words(self) -> list[str]:
        """The options that name the project."""
        return [
            *("--no-search", "--snippets", str(self.root / "snippets")),
            *("--output", str(self.root / "evidence.json")),
        ]

    def run(self, *more: str) -> int:
        """Gather."""
        return main([*self.words, *more])

    def evidence(self, name: str) -> Evidence:
        """Return what was found out about a lesson."""
        return Findings.load(self.root / "evidence.json").lessons[f"tiny/{name}"]

    def commit(self) -> None:
        """Have git keep the project as it is."""
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        (self.root / ".gitignore").write_text("/evidence*\n/python-other\n__pycache__\n")
        for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "one"]):
            subprocess.run(["git", *words], cwd=self.root, check=True, timeout=60)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Make an empty project, whose recordings wait for nobody else's turn (turns.py).

    Not in tmp_path: a socket's path in it would be too long (unix(7)).
    """
    with tempfile.TemporaryDirectory(prefix="ev-") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Project(tmp_path)


@pytest.fixture
def other(tmp_path: Path) -> Callable[[str], str]:
    """Write an interpreter that is another build of this one, and plays lessons its own way."""

    def write(plays: str) -> str:
        path = tmp_path / "python-other"
        path.write_text(
            '#!/bin/sh\ncase "$1" in\n'
            f'-I) exec {sys.executable} -I -c "import sys, platform as p; sys.version += chr(32);'
            'p.python_version = lambda: \'3.99.1\'; exec(sys.argv.pop(1))" "$3" "$4";;\n'
            f'-m) exec {sys.executable} "$@";;\n*) {plays};;\nesac\n'
        )
        path.chmod(0o755)
        return str(path)

    return write


@pytest.mark.long  # starts as many interpreters as a lesson has tests
def test_a_good_lesson(project, capsys, monkeypatch):
    """Every cell is ok, the tests too; and a second time nothing is run."""
    project.lesson("good")
    assert project.run("--runs", "2", "--strict") == 0
    evidence = project.evidence("good")
    (cells,) = evidence.cells.values()
    assert {m: (c.state, c.runs, c.good) for m, c in cells.items()} == {
        **dict.fromkeys(("fork", "forkserver", "spawn"), ("ok", 2, 2)),
        "tests": ("ok", 3, 3),
    }
    assert evidence.sameness[ALL].runs == 6
    assert evidence.sameness[ALL].orders == 1
    said = capsys.readouterr().out
    assert "ok; the same lines in the same order in 6 of 6 runs" in said
    assert "1 lessons on 1 Pythons: 4 ok" in said

    def nothing(jobs, at_once):
        assert list(jobs) == []
        return iter(())

    monkeypatch.setattr(gathering, "record_all", nothing)
    monkeypatch.setattr("gallery.evidence.lesson_tests.Testing._run", None)
    assert project.run("--runs", "2", "--strict") == 0
    assert project.evidence("good") == evidence


@pytest.mark.long  # starts as many interpreters as a lesson has tests
def test_bad_lessons_are_named_and_the_rest_goes_on(project, capsys):
    project.lesson("good")
    project.lesson("bad", "raise SystemExit('no luck')", "def test_it(): assert 1 == 2, 'no'")
    project.lesson("later", "# sphinx_gallery_lesson_needs_python = (3, 99)\n" + ORDINARY)
    project.lesson("untested", "print(1)")
    (project.root / "tests/test_snippets/tiny/test_untested.py").unlink()
    assert project.run("--runs", "1") == 0
    assert project.run("--runs", "1", "--strict") == 1
    (bad,) = project.evidence("bad").cells.values()
    assert bad["fork"].state == "failed"
    assert "no luck" in bad["fork"].why
    assert bad["tests"].why.startswith("1 of 1 tests: test_it: AssertionError: no")
    (later,) = project.evidence("later").cells.values()
    assert {c.state for c in later.values()} == {"skipped"}
    assert later["spawn"].why == "needs Python 3.99"
    (untested,) = project.evidence("untested").cells.values()
    assert (untested["fork"].state, untested["tests"].state) == ("ok", "not run")
    (good,) = project.evidence("good").cells.values()
    assert {c.state for c in good.values()} == {"ok"}
    said = capsys.readouterr().out
    assert "fork: failed: main ended with 1" in said


@pytest.mark.long  # starts as many interpreters as a lesson has tests
def test_a_python_without_a_library_of_a_lesson(project, other, monkeypatch, capsys):
    """There the lesson is "not here", which is no failure; here it is run."""
    path = other("exit 1")
    code = '# sphinx_gallery_lesson_needs = ["psutil"]\n' + ORDINARY
    project.lesson("needs", code)
    monkeypatch.setattr(gathering, "installed", lambda python, name: python == sys.executable)
    assert project.run("--runs", "1", "--python", path, "--strict") == 0
    cells = project.evidence("needs").cells
    findings = Findings.load(project.root / "evidence.json")
    states = {p.builder: {m: cells[p.id][m].state for m in cells[p.id]} for p in findings.pythons}
    assert set(states[True].values()) == {"ok"}
    assert states[False] == dict.fromkeys(("fork", "forkserver", "spawn", "tests"), "not here")
    there = next(p.id for p in findings.pythons if not p.builder)
    assert cells[there]["fork"].why == "psutil is not installed there"
    assert "3.99.1 not here" in capsys.readouterr().out


@pytest.mark.long  # starts as many interpreters as a lesson has tests
def test_chance_is_shown(project):
    code = "import time\nprint('drawn', time.monotonic_ns() % 1_000_003)\nprint('end')\n"
    project.lesson("chance", code, "def test_it(): pass")
    assert project.run("--runs", "3") == 0
    evidence = project.evidence("chance")
    assert evidence.sameness["fork"].lines > 1
    (spread,) = evidence.spread
    assert spread.text.startswith("drawn ")
    assert "…" in spread.text
    assert (spread.seen, spread.runs) == (9, 9)


@pytest.mark.long  # starts as many interpreters as a lesson has tests
def test_lines_that_differ_on_another_python(project, other):
    """One run there shows it, and two more confirm it."""
    path = other(f'echo "only there"; exec {sys.executable} "$@"')
    project.lesson("good")
    assert project.run("--runs", "2", "--python", path, "--strict") == 0
    (difference,) = project.evidence("good").differences
    assert difference.only_there == (("main", "only there"),)
    assert difference.only_here == ()
    assert difference.methods == ("fork", "forkserver", "spawn")
    assert difference.runs == 3


@pytest.mark.long  # starts as many interpreters as a lesson has tests
def test_an_interpreter_that_crashes_is_left_alone(project, other, capsys):
    project.lesson("first")
    project.lesson("second")
    status = project.run("--runs", "1", "--python", other("kill -SEGV $$"), "--strict")
    assert status == 1
    findings = Findings.load(project.root / "evidence.json")
    bad = next(p for p in findings.pythons if not p.builder)
    assert bad.state == "broken"
    assert "runs all crashed or did not end" in bad.why
    states = {
        c.state
        for e in findings.lessons.values()
        for m, c in e.cells[bad.id].items()
        if m != "tests"
    }
    assert states == {"crashed", "not run"}
    own = next(p for p in findings.pythons if p.builder)
    assert {c.state for e in findings.lessons.values() for c in e.cells[own.id].values()} == {"ok"}
    assert "main ended by SIGSEGV" in capsys.readouterr().out


def done(evidence: Evidence) -> list[dict[str, tuple[str, int]]]:
    """Return the states of all cells, and of how many runs they tell, by Python."""
    rows = evidence.cells.values()
    return [{m: (c.state, c.runs) for m, c in row.items() if m != "tests"} for row in rows]


def states(state: str, runs: int) -> dict[str, tuple[str, int]]:
    """Return the same state and number of runs under each start method."""
    return dict.fromkeys(("fork", "forkserver", "spawn"), (state, runs))


@pytest.mark.long  # starts as many interpreters as a lesson has tests
def test_what_has_not_changed_is_spared(project, other, capsys):
    """What has changed is run on all; and what was kept of the unchanged still counts."""
    path = other(f'exec {sys.executable} "$@"')
    project.lesson("old", tests="from snippets.tiny import {name}\ndef test_it(): pass")
    project.lesson("edited", tests="from snippets.tiny import {name}\ndef test_it(): pass")
    project.commit()
    project.lesson("edited", "print(2)\n", "def test_it(): pass")
    project.lesson("untracked", "print(3)\n", "def test_it(): pass")
    since = ["--python", path, "--changed-since", "HEAD"]
    assert project.run("--runs", "2", "--strict", *since) == 0
    said = capsys.readouterr().out
    assert "2 of 3 lessons count as changed since commit " in said
    for name in ("edited", "untracked"):
        assert done(project.evidence(name)) == [states("ok", 2), states("ok", 1)]
    old = project.evidence("old")
    assert done(old) == [states("not chosen", 0), states("not chosen", 0)]
    here, there = old.cells.values()
    assert (here["tests"].state, there["tests"].state) == ("not chosen", "not chosen")
    assert here["fork"].why.startswith("not chosen: it has not changed since commit ")
    assert old.sameness[ALL].runs == 0
    assert "tiny/old" not in said

    assert project.run("--runs", "2", "--strict", "--python", path) == 0
    whole = project.evidence("old")
    assert done(whole) == [states("ok", 2), states("ok", 1)]
    assert project.run("--runs", "2", "--strict", *since) == 0
    assert project.evidence("old") == whole


@pytest.mark.long  # starts as many interpreters as a lesson has tests
def test_of_many_that_changed_the_last_are_taken(project, capsys):
    """What is not committed yet is the last."""
    for name in ("first", "second", "third"):
        project.lesson(name, "print(1)\n", "def test_it(): pass")
    project.commit()
    project.lesson("first", "print(2)\n", "def test_it(): pass")
    project.commit()
    project.lesson("second", "print(2)\n", "def test_it(): pass")
    since = ["--changed-since", "HEAD~1"]
    assert project.run("--runs", "2", "--strict", *since, "--most", "1") == 0
    said = capsys.readouterr().out
    assert "2 of 3 lessons count as changed since commit " in said
    assert "the 1 that changed last are run" in said
    assert done(project.evidence("second")) == [states("ok", 2)]
    for name in ("first", "third"):
        assert done(project.evidence(name)) == [states("not chosen", 0)]
    second, first = (project.evidence(name).cells.values() for name in ("second", "first"))
    assert [cells["tests"].state for cells in (*second, *first)] == ["ok", "not chosen"]


def test_the_most_without_a_revision_is_refused(project, capsys):
    with pytest.raises(SystemExit, match="2"):
        project.run("--most", "3")
    assert "--most goes with --changed-since" in capsys.readouterr().err


@pytest.mark.long  # starts as many interpreters as a lesson has tests
def test_a_lesson_that_measures_waits_until_all_are_tested(project, monkeypatch):
    """Else it and the tests wait for each other in turn."""
    alone, early = threading.Event(), []

    def tests(*_):
        early.append(alone.wait(2))
        return Cell("ok")

    def record(jobs, at_once):
        if any(job.alone for job in jobs):
            assert at_once == 1
            alone.set()
        return record_all(jobs, at_once)

    monkeypatch.setattr("gallery.evidence.lesson_tests.Testing._run", tests)
    monkeypatch.setattr(gathering, "record_all", record)
    project.lesson("measures", "# sphinx_gallery_lesson_measures = True\nprint(1)\n")
    project.lesson("plain", "print(1)\n")
    assert project.run("--runs", "1", "--strict") == 0
    assert alone.is_set()
    assert early == [False, False]


@pytest.mark.parametrize("revision", ["nowhere", ""])
def test_an_unknown_revision_is_refused_before_anything_runs(project, capsys, revision):
    project.lesson("old", "raise SystemExit('it ran')\n")
    project.commit()
    assert project.run(f"--changed-since={revision}") == 2
    assert f"error: git merge-base {revision} HEAD says: " in capsys.readouterr().err
    assert not list(project.root.glob("evidence*"))


@pytest.mark.long  # starts as many interpreters as a lesson has tests
@pytest.mark.parametrize("words", [["--python", "/nonexistent/python"], ["--python", "/etc/hosts"]])
def test_what_was_asked_for_and_does_not_work_is_named(project, capsys, words):
    project.lesson("good", "print(1)", "def test_it(): pass")
    assert project.run("--runs", "1", *words) == 0
    assert project.run("--runs", "1", *words, "--strict") == 1
    name = words[1].rsplit("/", 1)[1]
    assert f"{name}: {'missing' if 'python' in name else 'broken'}: " in capsys.readouterr().out
    assert any(p.name == name for p in Findings.load(project.root / "evidence.json").columns)


@pytest.mark.parametrize(
    "words", [["--runs", "0"], ["--runs", "x"], ["--snippets", "/nonexistent"]]
)
def test_what_means_nothing_is_refused(project, words):
    try:
        status = project.run(*words)
    except SystemExit as error:
        status = error.code
    assert status == 2


@pytest.mark.long  # starts as many interpreters as a lesson has tests
@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing_running_and_keeps_what_was_done(project, which):
    mark = f"300.{uuid.uuid4().int % 10**9}"
    sleep = f"import subprocess\nsubprocess.run(['sleep', '{mark}'])\n"
    project.lesson("quick", "print(1)\n", "def test_it(): pass")
    project.lesson("slow", sleep, sleep + "def test_it(): pass")
    words = [sys.executable, "-m", "gallery.evidence", *project.words, "--runs", "1"]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def sleeping() -> list[psutil.Process]:
        return [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or ())]

    kept = project.root / "evidence"
    try:
        deadline = time.monotonic() + 60
        while len(sleeping()) < 2 or not list(kept.glob("*/*/tiny/quick.*json")):
            assert time.monotonic() < deadline, (sleeping(), list(kept.rglob("*")))
            time.sleep(0.05)
        os.kill(process.pid, which)
        said, _ = process.communicate(timeout=40)
    finally:
        process.terminate()
        process.wait(40)
    assert process.returncode == 130
    assert b"interrupted" in said
    assert sleeping() == []
    assert not (project.root / "evidence.json").exists()
