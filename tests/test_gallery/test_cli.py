"""``python -m gallery``: what authors type, and the statuses that they get."""

import subprocess
import sys

import pytest

from gallery.__main__ import main
from gallery.project import ROOT


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["new", "nochapter"], "error: 'nochapter' is not CHAPTER/NAME"),
        (["new", "no_such/lesson"], "error: there is no chapter 'no_such'; there are "),
        (["new", "../x"], "is not CHAPTER/NAME"),
        ([], "the following arguments are required: command"),
        (["play"], "invalid choice: 'play'"),
        (["new"], "error: name a lesson, CHAPTER/NAME, or a --chapter NAME TITLE"),
        (["new", "pools/one", "--chapter", "a", "b"], "error: name a lesson, CHAPTER/NAME, or"),
        (["page", "pools/none"], "none.py: there is no such file"),
    ],
)
def test_what_is_refused(words, said, refused):
    """Status 2, and nothing was written."""
    assert said in refused(main, words)


@pytest.mark.parametrize("words", [["--help"], ["new", "--help"]])
def test_help(words):
    """It has an example or the statuses, and ends with 0."""
    done = subprocess.run(
        [sys.executable, "-m", "gallery", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0
    assert "Examples: python -m gallery" in done.stdout or "Exit status: 0" in done.stdout
    assert done.stderr == ""
