"""Interpreters besides the tests' own, where the machine has them."""

import shutil

import pytest

from multitrack.interpreters import InterpreterError, about

NEWEST = shutil.which("python3.14") or "python3.14"


def _missing() -> str:
    """Say why the newest cannot be used; it may be there and not see this folder."""
    try:
        return "" if about(NEWEST).version.startswith("3.14.") else f"{NEWEST} is not Python 3.14"
    except InterpreterError as error:
        return str(error)


needs_newest = pytest.mark.skipif(bool(why := _missing()), reason=why)
