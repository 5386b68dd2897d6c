"""What all tests share: calling.py's ``run``, tiny scripts that are recorded, and a clean end."""

import os
import signal
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from multitrack import own_shm, shm_leaks
from multitrack.recording import Recording
from multitrack.run import Options, record
from multitrack.script import Script, ScriptError
from tests import calling, kinds, unchanged, vnu
from tests.chromium import FLAGS, MISSING, find_browser
from tests.vnu import find_checker

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent

# A job in a shell's background ignores Ctrl-C, and so would what the tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

run, run_program, start_method = calling.run, calling.run_program, calling.start_method  # fixtures


def pytest_configure(config: pytest.Config) -> None:
    """Let marks be found: what a test needs, and whether it need be run again."""
    config.pluginmanager.register(kinds)
    config.pluginmanager.register(unchanged)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a tiny script, ``write(code)``, and return its path; the code may be indented."""

    def write(code: str, name: str = "lesson.py") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(code), encoding="utf-8")
        return path

    return write


@pytest.fixture
def play(write: Callable[..., Path]) -> Callable[..., Recording]:
    """Record a tiny script: ``play(code, start_method="fork", **options)`` gives the Recording.

    The options are those of multitrack.run.Options; the time limit is 20 seconds.
    """

    def play(code: str, start_method: str = "fork", **options: Any) -> Recording:
        script = Script.read(write(code))
        return record(script, start_method, Options(**{"timeout": 20, **options}))

    return play


@pytest.fixture
def refused(capfd: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Give a command line that must be refused, ``refused(main, words)``: status 2, and why."""

    def refused(main: Callable[[list[str]], int], words: list[str]) -> str:
        try:
            status: object = main(words)
        except SystemExit as exit_:
            status = exit_.code
        out, err = capfd.readouterr()
        assert status == 2
        assert out == ""
        return err

    return refused


@pytest.fixture
def refusal() -> Callable[..., ScriptError]:
    """Read what cannot be read, ``refusal(Script.read, path)``, and return the error."""

    def refusal(read: Callable[[Path], Script], path: Path) -> ScriptError:
        with pytest.raises(ScriptError) as caught:
            read(path)
        return caught.value

    return refusal


def missing() -> list[str]:
    """Say what will not be tested."""
    return [*([] if find_browser() else [MISSING]), *([] if find_checker() else [vnu.MISSING])]


def pytest_report_header() -> list[str]:
    """Say it first."""
    return missing()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it last, too."""
    for line in missing():
        terminalreporter.write_line(line, red=True)


@pytest.hookimpl(tryfirst=True)  # before xdist starts its workers
def pytest_sessionstart(session: pytest.Session) -> None:
    """Give the suite a /dev/shm of its own where root may: what is left there is the suite's."""
    if not is_worker(session) and own_shm.way(sys.executable) == "mount namespace":
        own_shm.entering("mount namespace")()
        session.config.stash[BEFORE] = shm_leaks.entries()


PATIENCE = 30.0  # seconds that the last processes, and what tracks them, may take to end
LEFT_SOMETHING = 6  # the suite's status then: pytest has 0 to 5, and 1 for tests that failed
BEFORE = pytest.StashKey[set[shm_leaks.Entry]]()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the suite if it leaves a process or something in its /dev/shm."""
    if is_worker(session):
        return  # its controller looks
    before = session.config.stash.get(BEFORE, None)
    deadline = time.monotonic() + PATIENCE
    while True:
        processes = [p for p in psutil.Process().children(recursive=True) if alive(p)]
        left = set() if before is None else shm_leaks.appeared(before)
        if not (processes or left) or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    for process in processes:
        print(f"\nleft running after the suite: {process}")
    for entry in left:
        print(f"\nleft after the suite: {shm_leaks.described(entry.name)}")
    # What is left where a test has failed tells no more than its failure.
    if (processes or left) and session.exitstatus != pytest.ExitCode.TESTS_FAILED:
        session.exitstatus = LEFT_SOMETHING


def is_worker(session: pytest.Session) -> bool:
    """Whether this process runs tests for another one (pytest-xdist)."""
    return hasattr(session.config, "workerinput")


def alive(process: psutil.Process) -> bool:
    """Whether it runs, and is no helper that lives as long as the suite."""
    try:
        helper = "multiprocessing.resource_tracker" in " ".join(process.cmdline())
        return process.status() != psutil.STATUS_ZOMBIE and not helper
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Start the browser once. It reaches this machine alone."""
    from playwright.sync_api import sync_playwright

    path = find_browser()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
