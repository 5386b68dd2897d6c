"""What a test needs is seen, and a test of which it is not seen fails."""

import contextlib
import subprocess
import sys

import pytest

from tests import kinds
from tests.pythons import NEWEST, needs_newest


def marks(request) -> set[str]:
    """Return those of the marks of `make check` that a test was given."""
    return {m.name for m in request.node.iter_markers()} & {
        *("built_site", "tiny_site", "other_python", "long")
    }


def test_most_tests_need_nothing(request):
    assert marks(request) == set()


@pytest.fixture
def make_site():
    """Bear the name of the fixture that makes tiny sites."""


def test_a_site_is_known_by_its_fixture(request, make_site):
    assert marks(request) == {"tiny_site"}


@needs_newest
@pytest.mark.parametrize("python", [NEWEST])
def test_a_python_is_known_by_its_path(request, python):
    assert marks(request) == {"other_python"}


@needs_newest
def test_a_python_is_known_by_its_name(request):
    assert NEWEST
    assert marks(request) == {"other_python"}


wrong = pytest.mark.xfail(raises=AssertionError, reason="the guard", strict=True)


@wrong
def test_the_built_site_is_read():
    with contextlib.suppress(OSError):
        (kinds.BUILT / "index.html").read_bytes()


@wrong
def test_the_built_site_is_looked_through():
    with contextlib.suppress(OSError):
        list(kinds.BUILT.iterdir())


@wrong
def test_a_site_is_built():
    subprocess.run([sys.executable, "-m", "sphinx", "--version"], capture_output=True)


@wrong
@needs_newest
def test_another_python_is_started():
    unseen = vars(kinds)["NEWEST"]
    subprocess.run([unseen, "--version"], capture_output=True)
