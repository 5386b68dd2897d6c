"""Running a lesson's test file on an interpreter that may have nothing but the standard library.

pytest is pure Python: the builder's own copy is lent to the interpreter, and nothing else is. The
fixture ``run``, which calls a lesson's function under each start method, is tests/calling.py.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import queue
import re
import signal
import subprocess
import tempfile
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from gallery.evidence.findings import Cell
from gallery.evidence.pythons import Found
from gallery.lesson import Lesson
from gallery.pair import programs_of
from gallery.project import ROOT
from multitrack import cache
from multitrack.exclusive import GoneWhileWaiting, turn
from multitrack.interpreters import about, installed
from multitrack.orphans import end_run
from multitrack.pool import next_of

AT_ONCE = 1 + (os.cpu_count() or 1)  # tests mostly wait
LIMIT = 300.0  # seconds for one test file
LENT = ("pytest", "_pytest", "py", "pluggy", "iniconfig", "packaging", "pygments")
CALLING = ROOT / "tests" / "calling.py"
FOLDERS = re.compile(r"(?<![\w.:/])/(?:[^/\s'\"]+/)+")


def test_file(lesson: Lesson) -> Path:
    """Return where a lesson's tests are, as tests/test_snippets mirrors snippets."""
    chapter, name = lesson.name.split("/")
    return _root(lesson) / "tests" / "test_snippets" / chapter / f"test_{name}.py"


def contents(lesson: Lesson) -> list[bytes]:
    """Return all that is run, and what it imports and reads: the lesson and the programs beside."""
    scripts = [lesson, *programs_of(lesson)]
    return [part for script in scripts for part in cache.contents(script)]


def _root(lesson: Lesson) -> Path:
    return lesson.path.parents[2]


class Testing:
    """Runs test files in the background, a few at once; results are kept in ``folder``.

    At the end of the ``with`` block nothing that was started is alive, whether it is done or not.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._todo: queue.SimpleQueue[tuple[Lesson, Found]] = queue.SimpleQueue()
        self._finished: queue.SimpleQueue[tuple[str, str, Cell]] = queue.SimpleQueue()
        self._awaited = 0
        self._stop = threading.Event()
        self._gone, self._alive = os.pipe()  # at its end once nobody wants results any more
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Testing:
        self._scratch = tempfile.TemporaryDirectory(prefix="tested-", ignore_cleanup_errors=True)
        self._lent = Path(self._scratch.name, "lent")
        self._lent.mkdir()
        for name in LENT:
            found = importlib.util.find_spec(name)
            if found and found.origin:
                origin = Path(found.origin)
                whole = origin.parent if origin.name == "__init__.py" else origin
                (self._lent / (name if whole.is_dir() else whole.name)).symlink_to(whole)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        os.close(self._alive)
        for thread in self._threads:
            thread.join()
        os.close(self._gone)
        self._scratch.cleanup()

    def order(self, lesson: Lesson, one: Found) -> None:
        """Have a lesson's tests run on an interpreter."""
        self._awaited += 1
        self._todo.put((lesson, one))
        if len(self._threads) < AT_ONCE:
            self._threads.append(threading.Thread(target=self._serve, daemon=True))
            self._threads[-1].start()

    def done(self) -> Iterator[tuple[str, str, Cell]]:
        """Give back what has been done since: lesson, interpreter's id, result."""
        with contextlib.suppress(queue.Empty):
            while True:
                result = self._finished.get_nowait()
                self._awaited -= 1
                yield result

    def rest(self) -> Iterator[tuple[str, str, Cell]]:
        """Give back everything else as it is done."""
        while self._awaited:
            result = next_of(self._finished)
            self._awaited -= 1
            yield result

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                lesson, one = self._todo.get(timeout=0.05)
            except queue.Empty:
                continue
            try:
                cell = self._cell(lesson, one)
            except GoneWhileWaiting:
                return
            except Exception as error:  # the disk is full, say
                cell = Cell("failed", f"the tests could not be run: {error}")
            self._finished.put((lesson.name, one.python.id, cell))

    def kept(self, lesson: Lesson, one: Found) -> Cell | None:
        """Return what a run of the tests found out before, if it still holds."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(self._file(lesson, one).read_text("utf-8"))
            if kept["key"] == _key(lesson, one):
                return Cell(**kept["cell"])
        return None

    def _file(self, lesson: Lesson, one: Found) -> Path:
        return self.folder / one.python.id / "tests" / f"{lesson.name}.json"

    # -- one test file -------------------------------------------------------------------------

    def _cell(self, lesson: Lesson, one: Found) -> Cell:
        tests = test_file(lesson)
        if not tests.is_file():
            return Cell("not run", "the lesson has no tests")
        if not (self._lent / "pytest").exists():
            return Cell("not run", "pytest is not installed beside the builder's Python")
        if kept := self.kept(lesson, one):
            return kept
        with turn(alone=False, abandon=self._gone):  # not beside a lesson that must be alone
            cell = self._run(lesson, tests, one)
        if cell.state == "ok":
            file, key = self._file(lesson, one), _key(lesson, one)
            file.parent.mkdir(parents=True, exist_ok=True)
            new = file.with_name(f"{file.name}.new")
            new.write_text(json.dumps({"key": key, "cell": asdict(cell)}), encoding="utf-8")
            new.replace(file)
        return cell

    def _run(self, lesson: Lesson, tests: Path, one: Found) -> Cell:
        with tempfile.TemporaryDirectory(dir=self._scratch.name) as folder:
            scratch, results, errors = (Path(folder, n) for n in ("run", "results", "errors"))
            (scratch / "tmp").mkdir(parents=True)
            begun = time.monotonic()
            with errors.open("wb") as stderr:
                process = subprocess.Popen(
                    [
                        *(one.path, "-m", "pytest", str(tests), "-q", "-p", "tests.calling"),
                        *("--noconftest", "-p", "no:cacheprovider", "--import-mode=importlib"),
                        *("-c", os.devnull, "--rootdir", str(_root(lesson))),
                        *("--junitxml", str(results)),
                    ],
                    cwd=_root(lesson),
                    env=self._environment(scratch),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=stderr,
                    start_new_session=True,
                )
            try:
                ended = self._wait(process, begun + LIMIT)
            finally:
                end_run(process.pid, scratch)
                process.wait()
            if self._stop.is_set():
                raise GoneWhileWaiting
            seconds = round(time.monotonic() - begun, 2)
            if not ended:
                return Cell("failed", f"the tests did not end within {LIMIT:g} seconds", seconds)
            return _read(results, process.returncode, errors, seconds)

    def _environment(self, scratch: Path) -> dict[str, str]:
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST"))}
        return plain | {
            "PYTHONPATH": os.pathsep.join([str(self._lent), str(ROOT)]),
            "TESTS_LENT": str(self._lent),
            # Of pytest, for an interpreter that has never had it; the lessons' own get none of it.
            "PYTHONPYCACHEPREFIX": str(Path(self._scratch.name, "compiled")),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "TMPDIR": str(scratch / "tmp"),
        }

    def _wait(self, process: subprocess.Popen[bytes], deadline: float) -> bool:
        """Wait until it has ended; False when it must be ended."""
        while process.poll() is None:
            if self._stop.wait(0.02) or time.monotonic() > deadline:
                return False
        return True


def _key(lesson: Lesson, one: Found) -> str:
    """Hash what the result of a test file depends on."""
    tests = test_file(lesson)
    said = about(one.path)
    digest = hashlib.sha256(f"{said.build} {os.path.realpath(one.path)}".encode())
    source = tests.read_bytes()
    files = [tests, *cache.imported(tests, source, ROOT), CALLING, Path(__file__)]
    libraries = [f"{name} {installed(one.path, name)}".encode() for name in lesson.libraries]
    for data in (*contents(lesson), *libraries, *(file.read_bytes() for file in files)):
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _told(text: str) -> str:
    """Shorten what a page is to tell, and leave out folders: they are of this machine."""
    return FOLDERS.sub("", text)[:200]


def _read(results: Path, status: int, errors: Path, seconds: float) -> Cell:
    """Read what pytest reported."""
    if status < 0:
        return Cell("crashed", f"the tests ended by {signal.Signals(-status).name}", seconds)
    try:
        cases = list(ElementTree.parse(results).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        said = errors.read_text("utf-8", errors="replace").strip().splitlines()
        last = f": {_told(said[-1])}" if said else ""
        return Cell("failed", f"pytest ended with {status}{last}", seconds)
    skipped = [case for case in cases if case.find("skipped") is not None]
    bad = [
        (case, problem)
        for case in cases
        for problem in (case.find("failure"), case.find("error"))
        if problem is not None
    ]
    ran, failed = len(cases) - len(skipped), len({case.get("name") for case, _ in bad})
    if bad:
        case, problem = bad[0]
        first = (problem.get("message") or "").splitlines()[:1]
        why = f"{failed} of {ran} tests: {case.get('name')}: {_told(' '.join(first))}"
        return Cell("failed", why, seconds, ran, ran - failed)
    if status or not ran:
        why = f"pytest ended with {status}" if status else "every test was skipped"
        return Cell("failed" if status else "skipped", why, seconds, ran, ran)
    return Cell("ok", "", seconds, ran, ran)
