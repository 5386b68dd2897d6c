"""The suite fails for what it leaves on the machine, and for nothing else."""

import os
import re
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from multitrack import own_shm
from tests import conftest

ROOT = Path(__file__).resolve().parent.parent
SUITE = """
import sys, pytest
from tests import conftest
conftest.PATIENCE = 0.2
sys.exit(pytest.main(sys.argv[1:], plugins=[conftest]))
"""


def suite(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    """Pass a suite of one test, with the check at the end."""
    (folder / "test_one.py").write_text(f"import os, subprocess\ndef test(): {test}\n")
    return subprocess.run(
        [sys.executable, "-c", SUITE, "-p", "no:cacheprovider", "--rootdir", folder, folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.long  # a suite of its own
def test_a_process_that_is_left(tmp_path):
    """With its pid."""
    done = suite(tmp_path, "subprocess.Popen(['sleep', '60'], stdout=-3, stderr=-3)")
    found = re.search(r"left running after the suite: psutil.Process\(pid=(\d+)", done.stdout)
    assert found, done.stdout
    os.kill(int(found[1]), signal.SIGKILL)
    assert done.returncode == conftest.LEFT_SOMETHING


@pytest.mark.long  # a suite of its own
@pytest.mark.skipif(
    own_shm.way(sys.executable) != "mount namespace", reason="only root may mount here"
)
def test_shared_memory_that_is_left(tmp_path):
    """The suite's own alone, which is gone with it."""
    name = f"psm_{secrets.token_hex(6)}"
    path = own_shm.SHM / name
    path.touch()
    try:
        good = suite(tmp_path, f"assert not os.path.exists({str(path)!r})")
        bad = suite(tmp_path, f"open('{path}.left', 'x')")
        assert path.exists()
    finally:
        path.unlink(missing_ok=True)
    assert good.returncode == 0, good.stdout
    assert bad.returncode == conftest.LEFT_SOMETHING, bad.stdout
    assert f"left after the suite: the shared memory segment {name}.left" in bad.stdout
    assert not path.with_name(f"{name}.left").exists()
