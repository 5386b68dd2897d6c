"""What interpreters say of themselves."""

import os
import platform
import sys

import psutil
import pytest

from multitrack.interpreters import InterpreterError, about, installed


def test_this_one():
    """As this process knows it."""
    here = about(sys.executable)
    assert here.version == platform.python_version()
    assert here.implementation == "cpython"
    assert here.platform == sys.platform
    assert os.path.dirname(os.__file__) in here.libraries  # noqa: PTH120
    assert sys.executable in here.executables
    assert here.free_threaded is False
    assert here.tag == sys.implementation.cache_tag


def test_what_is_none(tmp_path):
    """Missing, failing, saying something else: named, with what it said."""
    with pytest.raises(
        InterpreterError, match=r"/nowhere/python does not work as a Python: .*No such"
    ):
        about("/nowhere/python")
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho oh dear >&2\nexit 4\n")
    broken.chmod(0o755)
    with pytest.raises(InterpreterError, match="broken ended with 4 and said 'oh dear'"):
        about(str(broken))
    with pytest.raises(InterpreterError, match="/bin/echo does not work as a Python"):
        about("/bin/echo")


def test_which_version_of_a_library_it_has(tmp_path):
    """Of its own interpreter a process knows; another is asked."""
    other = tmp_path / "python"
    other.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    other.chmod(0o755)
    for python in (sys.executable, str(other)):
        assert installed(python, "psutil") == psutil.__version__
        assert installed(python, "no-such-library") == ""
