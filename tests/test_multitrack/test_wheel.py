"""What `pip install .` installs: the recorder, its command, and nothing else."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Build the wheel with the backend that is installed; no network is asked."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "-w", folder, ROOT], check=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.mark.long  # pip builds and installs
def test_it_holds_the_recorder_and_nothing_else(wheel):
    """Every module of the package; nothing of the site, of its lessons and of its tests."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {name.split("/")[0].split("-")[0] for name in names} == {"multitrack"}
    package = ROOT / "multitrack"
    modules = {str(path.relative_to(ROOT)) for path in package.rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == modules


@pytest.mark.long  # pip builds and installs
def test_it_records_in_an_empty_environment(wheel, tmp_path, write):
    """By its command and as a module, from any folder; psutil is lent, for pip is not asked."""
    home = tmp_path / "environment"
    venv.create(home, with_pip=False, symlinks=True)
    bin_ = home / "bin"
    pip = [sys.executable, "-m", "pip", "--python", bin_ / "python", "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True, timeout=120)
    lent = tmp_path / "lent"
    lent.mkdir()
    (lent / "psutil").symlink_to(Path(psutil.__file__).parent)
    script = write("""
        import multiprocessing
        def work(): print("from a child")
        if __name__ == "__main__":
            child = multiprocessing.Process(target=work); child.start(); child.join()
    """)
    env = {**os.environ, "PYTHONPATH": str(lent)}
    for command in ([bin_ / "multitrack"], [bin_ / "python", "-m", "multitrack"]):
        done = subprocess.run(
            [*command, "record", script, "--start-method", "spawn", "--json"],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        recording = json.loads(done.stdout)
        assert [(x["process"], x["text"]) for x in recording["lines"]] == [
            ("child 1", "from a child")
        ]
        assert recording["problems"] == []
