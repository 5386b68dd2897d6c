"""Which tests of lessons passed before, with the same lesson and the same test.

`make check` leaves them out by their mark, ``unchanged``, so that it takes as long with a hundred
lessons as with ten. What passed, and with which files, stands in pytest's cache.
"""

import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
KEPT = "lessons/passed"  # in pytest's cache: test -> key


def depends_on(test: Path) -> Iterator[Path]:
    """Name the files that a lesson's test depends on: of this lesson and of all."""
    chapter = ROOT / "snippets" / test.parent.name
    yield from (test, ROOT / "tests/calling.py", ROOT / "tests/conftest.py")
    yield from sorted(chapter.glob(f"{test.stem.removeprefix('test_')}*"))


@cache
def key(test: Path) -> str:
    """Return a hash of what a lesson's test depends on, and of this Python."""
    files = [
        f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in depends_on(test)
    ]
    return hashlib.sha256("\n".join([sys.version, *files]).encode()).hexdigest()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give the mark to what passed, and the key to all tests of lessons."""
    kept: pytest.Cache | None = getattr(config, "cache", None)
    passed = kept.get(KEPT, {}) if kept else {}
    for item in items:
        if item.path.parent.parent == ROOT / "tests/test_snippets":
            item.user_properties.append((KEPT, key(item.path)))
            if passed.get(item.nodeid) == key(item.path):
                item.add_marker("unchanged")


class Notes:
    """Keeps what passed: one process hears of it, whichever runs the tests (xdist)."""

    def __init__(self, kept: pytest.Cache) -> None:
        self.cache = kept
        self.passed: dict[str, str] = {}
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a test of a lesson ended."""
        found = dict(report.user_properties).get(KEPT)
        if report.failed:
            self.failed.add(report.nodeid)
        elif report.when == "call" and report.passed and isinstance(found, str):
            self.passed[report.nodeid] = found

    def pytest_sessionfinish(self) -> None:
        """Keep it."""
        before = self.cache.get(KEPT, {})
        now = {**before, **self.passed}
        self.cache.set(KEPT, {test: k for test, k in now.items() if test not in self.failed})


def pytest_configure(config: pytest.Config) -> None:
    """Take notes, unless another process does or there is no cache."""
    if hasattr(config, "cache") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Notes(config.cache))
