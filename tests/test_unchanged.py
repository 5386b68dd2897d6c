"""A lesson's test is left out only while it and its lesson are as they were when it passed."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests import unchanged
from tests.unchanged import KEPT, Notes


class Kept(dict):
    """Stands in for pytest's cache."""

    set = dict.__setitem__


@pytest.fixture
def test_file(write, tmp_path, monkeypatch):
    """Make a project of two lessons, and return the test of one."""
    monkeypatch.setattr(unchanged, "ROOT", tmp_path)
    monkeypatch.setattr(unchanged, "key", unchanged.key.__wrapped__)
    for name in ("calling", "conftest", "test_snippets/pools/test_other"):
        write("", f"tests/{name}.py")
    for name in ("one.py", "one.broken.py", "other.py"):
        write("", f"snippets/pools/{name}")
    return write("", "tests/test_snippets/pools/test_one.py")


def report(test: str, when: str = "call", outcome: str = "passed", key: str = "k") -> Any:
    """Return what pytest tells of a test."""
    properties = [(KEPT, key)] if key else []
    state = {"passed": outcome == "passed", "failed": outcome == "failed"}
    return SimpleNamespace(nodeid=test, when=when, user_properties=properties, **state)


def noted(kept: Any, *reports) -> dict[str, str]:
    """Return what is kept after a session."""
    notes = Notes(kept)
    for told in reports:
        notes.pytest_runtest_logreport(told)
    notes.pytest_sessionfinish()
    return kept[KEPT]


def marked(kept: Kept, path) -> bool:
    """Whether the test ``path::test`` is left out."""
    marks: list[str] = []
    item: Any = SimpleNamespace(
        path=path, nodeid="test", user_properties=[], add_marker=marks.append
    )
    config: Any = SimpleNamespace(cache=kept)
    unchanged.pytest_collection_modifyitems(config, [item])
    return marks == ["unchanged"]


@pytest.mark.parametrize(
    ("changed", "out"),
    [
        ("snippets/pools/one.py", False),
        ("snippets/pools/one.broken.py", False),
        ("tests/test_snippets/pools/test_one.py", False),
        ("tests/calling.py", False),
        ("snippets/pools/other.py", True),
        ("tests/test_snippets/pools/test_other.py", True),
    ],
)
def test_what_a_lesson_s_test_depends_on(test_file, write, changed, out):
    kept = Kept({KEPT: {"test": unchanged.key(test_file)}})
    assert marked(kept, test_file)
    write("# another", changed)
    assert marked(kept, test_file) is out


def test_other_tests_are_never_left_out(test_file, write):
    other = write("", "tests/test_multitrack/test_one.py")
    assert not marked(Kept({KEPT: {"test": unchanged.key(other)}}), other)


def test_what_passed_is_kept():
    """Skipped or set up is not passed; no other test is kept."""
    told = [
        report("a"),
        report("b", outcome="skipped"),
        report("c", when="setup"),
        report("d", key=""),
    ]
    assert noted(Kept({KEPT: {"before": "x"}}), *told) == {"before": "x", "a": "k"}


@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
def test_what_failed_is_not(when):
    before = Kept({KEPT: {"a": "x"}})
    assert noted(before, report("a"), report("a", when=when, outcome="failed")) == {}
