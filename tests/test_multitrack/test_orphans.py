"""What is left of a run whose recorder was killed is ended."""

import subprocess
import sys

from multitrack.orphans import end_run

# A tracker as loky's, and the program that started it; both are of one session.
TRACKER = """
import os, time
def main(fd):
    print("ready", flush=True)
    while os.read(fd, 1): pass
    time.sleep(0.1)
    open("cleaned up", "w").close()
"""
PROGRAM = """
import os, subprocess, sys, time
here, there = os.pipe()
code = "from loky.backend.resource_tracker import main; main(%d)" % here
subprocess.Popen([sys.executable, "-B", "-c", code], pass_fds=[here])
os.close(here)
time.sleep(60)
"""


def test_helpers_of_libraries_may_clean_up(tmp_path):
    """They see that all others are gone, and have a second."""
    package = tmp_path / "loky" / "backend"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package.parent / "__init__.py").touch()
    (package / "resource_tracker.py").write_text(TRACKER)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=-1, cwd=tmp_path, start_new_session=True
    ) as program:
        assert program.stdout.readline() == b"ready\n"
        assert end_run(program.pid, scratch) == []
    assert (tmp_path / "cleaned up").exists()
    assert not scratch.exists()
