"""Scripts are read, cut into cells, and refused with place and way out before anything runs."""

from pathlib import Path

import pytest

from multitrack.script import Cell, Script

SCRIPT = '''"""A title."""

import os

# %%
# Prose.

@staticmethod
def f():
    """
    # %% not a marker
    """

x = 1

####################
if x:
    pass
'''


def test_cells_have_their_real_lines(write):
    """Decorators count, and a marker within a string does not."""
    script = Script.read(write(SCRIPT, "chapter/name.py"))
    assert script.name == "name"
    assert script.root == script.path.parent
    assert script.cells == (Cell(1, 1, 3), Cell(2, 8, 14), Cell(3, 17, 18))


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        ("x = 1\n# %%\nx = = 2\n", 3, "not Python: invalid syntax"),
        ("x = 1\n# %%\nreturn x\n", 3, "not Python: 'return' outside function"),
        ("x = 1\n# %%\nfrom __future__ import annotations\n", 3, "not Python"),
        ("def f():\n    x = 1\n# %%\n    y = 2\n", 3, "a cell begins inside a statement"),
        ("", None, "the file is empty"),
        ("# only\n", None, "there is no code in it"),
        ("x = 1\n\0", 2, "not Python"),
        ("# -*- coding: latin-1 -*-\nx = 1\n", 1, "save it as UTF-8"),
    ],
)
def test_what_cannot_be_played_is_refused(write, code, line, words, refusal):
    """File, line and way out are named."""
    path = write(code)
    error = refusal(Script.read, path)
    assert words in error.reason
    assert error.line == line
    assert str(error).startswith(f"{path}:{line}: " if line else f"{path}: ")


def test_bytes_that_are_not_utf8(tmp_path, refusal):
    """The line of the first wrong byte is named."""
    path = tmp_path / "latin.py"
    path.write_bytes(b"x = 1\ny = '\xe9'\n")
    error = refusal(Script.read, path)
    assert (error.line, error.reason) == (2, "not UTF-8 (byte 0xe9); save it as UTF-8")


def test_what_is_no_script(tmp_path, refusal):
    """Missing, a directory, a device."""
    assert "no such file" in refusal(Script.read, tmp_path / "none.py").reason
    assert "a directory" in refusal(Script.read, tmp_path).reason
    assert "not an ordinary file" in refusal(Script.read, Path("/dev/zero")).reason


def test_no_permission(write, monkeypatch, refusal):
    """Root may read everything, so the error is made to come."""

    def forbidden(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write("x = 1\n")
    monkeypatch.setattr(Path, "read_bytes", forbidden)
    assert "no permission" in refusal(Script.read, path).reason


def test_other_trouble_with_the_disk(write, monkeypatch, refusal):
    """Whatever the system says is passed on."""

    def broken(path: Path) -> bytes:
        raise OSError(5, "Input/output error")

    path = write("x = 1\n")
    monkeypatch.setattr(Path, "read_bytes", broken)
    assert refusal(Script.read, path).reason == "cannot be read: Input/output error"
