"""Folders of this machine are shortened, whole ones only, and nothing else is changed."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from multitrack.interpreters import about
from multitrack.launch import STAGE
from multitrack.shorten import shortener

ROOT = Path("/home/me/project")
PYTHON = replace(
    about(sys.executable),
    executables=("/usr/bin/python3.11", "/venv/bin/python"),
    prefixes=("/usr", "/venv"),
    libraries=("/usr/lib/python3.11", "/venv/lib/python3.11/site-packages"),
)
SCRATCH = Path("/tmp/lesson-abc")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('File "/home/me/first.py", line 3', 'File "first.py", line 3'),
        ("/home/me", "."),
        ("/home/me/", ""),
        ("/home/me2/x /home/me-2 /home/me.old", "/home/me2/x /home/me-2 /home/me.old"),
        ("the end of /home/me.", "the end of .."),
        ("/x/home/me", "/x/home/me"),
        ("file:///home/me/x", "file://x"),
        ("/usr/lib/python3.11/queue.py:3", "lib/python3.11/queue.py:3"),
        ("/venv/lib/python3.11/site-packages/x.py", "lib/site-packages/x.py"),
        ("/venv/bin/python -c 1", "python -c 1"),
        ("/usr/bin/python3.11 -c 1", "python -c 1"),
        ("/usr/bin/env /usr/share", "/usr/bin/env /usr/share"),
        ("/tmp/lesson-abc/tmp/psm", "/tmp/psm"),
        ("/tmp/lesson-abc/work/file.txt", "file.txt"),
        ("/tmp/lesson-abc/home/.cache", "~/.cache"),
        ('a "./relative" path', 'a "./relative" path'),
        (f"{ROOT}/snippets/a/b.py", "snippets/a/b.py"),
        ('"/tmp/lesson-abc/tmp/tmpx7i00rfv/greet.py", line 1', '"greet.py", line 1'),
        ("python /tmp/lesson-abc/tmp/tmp_xjsruq7/one/two.py x", "python one/two.py x"),
        ("/tmp/lesson-abc/tmp/tmpx7i00rfv", "/tmp/tmpx7i00rfv"),
        ("/tmp/lesson-abc/tmp/tmpx7i00rfv/data.txt", "/tmp/tmpx7i00rfv/data.txt"),
        ("/tmp/lesson-abc/tmp/greet.py", "/tmp/greet.py"),
        ("/tmp/tmpx7i00rfv/greet.py", "/tmp/tmpx7i00rfv/greet.py"),
        (f"{Path.home()}/x", "~/x"),
        (f"{STAGE}, line 3", "multitrack/stage.py, line 3"),
    ],
)
def test_shortened(text, shown):
    """What stands for what."""
    assert shortener(SCRATCH, Path("/home/me/first.py"), ROOT, PYTHON)(text) == shown


@pytest.mark.parametrize("written", ["/h/é€", r"/h/\xe9\u20ac", ascii("/h/é€")[1:-1]])
def test_a_folder_that_is_not_ascii(written):
    """Also as faulthandler writes it."""
    short = shortener(SCRATCH, Path("/h/é€/first.py"), ROOT, PYTHON)
    assert short(f'File "{written}/first.py"') == 'File "first.py"'
    assert short(f"{written}e {written}2/x") == f"{written}e {written}2/x"


@pytest.mark.parametrize("written", ["/h/\udcff", r"/h/\udcff", r"/h/\xff"])
def test_a_folder_that_is_not_utf_8(written):
    """As it is, as standard error writes it, and as a line has a byte that is not UTF-8."""
    short = shortener(SCRATCH, Path("/h/\udcff/first.py"), ROOT, PYTHON)
    assert short(f'File "{written}/first.py"') == 'File "first.py"'


def test_a_script_behind_a_link(tmp_path):
    """Its own folder and the one that it imports from are both here."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "script.py").touch()
    link = tmp_path / "link.py"
    link.symlink_to("real/script.py")
    short = shortener(SCRATCH, link, ROOT, PYTHON)
    assert short(f"{tmp_path}/link.py {tmp_path}/real/x.py") == "link.py x.py"


def test_a_lesson_of_the_project():
    """It is named as in its own folder; what it imports from elsewhere, from the project's."""
    script = ROOT / "snippets" / "spawning" / "first.py"
    short = shortener(SCRATCH, script, ROOT, PYTHON)
    assert short(f'File "{script}", line 1') == 'File "first.py", line 1'
    assert short(f"{script.parent}/second.py {ROOT}/snippets/x.py") == "second.py snippets/x.py"
