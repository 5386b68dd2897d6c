"""`make help` lists what can be made, and `make check` and `make test` run what they say."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
INSIDE = {"lint", "each"}  # parts of others, which nobody calls
STYLE = ["ruff format --check", "ruff check", "mypy", "lint-imports"]


def make(*words: str, folder: Path = ROOT) -> str:
    """Return what make says."""
    done = subprocess.run(
        ["make", "--no-print-directory", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def planned(target: str) -> list[str]:
    """Return the commands for a target, wherever nothing is to be installed."""
    installed = [f"--old-file=.venv/{name}" for name in ("test.txt", "site.txt", "npm.txt")]
    return re.findall(r"^\.venv/bin/(.+)$", make("-n", *installed, target), re.MULTILINE)


def test_help_has_a_line_for_every_target():
    """For each that stands in .PHONY, in the order of the Makefile, and no other."""
    said = re.findall(r"^make (\S+) +\S.*$", make("help"), re.MULTILINE)
    phony = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert sorted(said) == sorted(set(" ".join(phony).split()) - INSIDE)
    assert said[:4] == ["html", "page", "check", "test"]
    assert len(make("help").splitlines()) == len(said)


def test_make_alone_builds_the_site():
    assert planned("html")[0] == "python -m gallery build"
    assert re.search(r"^[a-z]+:", (ROOT / "Makefile").read_text(), re.MULTILINE)[0] == "html:"


def test_check_is_style_and_quick_tests():
    *style, tests = planned("check")
    for command, tool in zip(style, STYLE, strict=True):
        assert command.startswith(tool)
    assert '-m "not (' in tests
    for mark in ("built_site", "tiny_site", "other_python", "long", "unchanged"):
        assert mark in tests


def test_test_runs_each_test_once():
    """First those that stand alone, whether they passed before or not; then exactly the others."""
    *style, each, build, others = planned("test")
    assert [command.split()[0] for command in style] == [tool.split()[0] for tool in STYLE]
    assert build == "python -m gallery build"
    expression = re.search(r'-m "(.+?)"', others)[1]
    assert f'-m "not ({expression})"' in each
    assert "unchanged" not in expression


@pytest.fixture
def passing(tmp_path):
    """Do what `make test` does to pass tests, on a test of two lines; return status and output."""

    def passing(*lines: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "test_one.py").write_text("\n".join(["import os", "def test():", *lines]))
        makefile = f"include {ROOT / 'Makefile'}\none:\n\t$(call passed,$(EACH),not nothing)\n"
        (tmp_path / "Makefile").write_text(makefile)
        return subprocess.run(
            ["make", f"PYTEST={sys.executable} -m pytest -p no:randomly", "one"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return passing


def test_what_failed_is_run_once_more_alone(passing, tmp_path):
    """And what fails twice fails."""
    once = passing(" if not os.path.exists('seen'): open('seen', 'x'); assert 0")
    assert once.returncode == 0
    assert once.stdout.index("1 failed") < once.stdout.index("PASSED test_one.py")
    twice = passing(" open('runs', 'a').write('.'); assert 0")
    assert twice.returncode != 0
    assert (tmp_path / "runs").read_text() == ".."


def test_what_is_no_failed_test_is_not_run_again(passing, tmp_path):
    """A suite that left something behind, say, whose status is not 1."""
    finish = "def pytest_sessionfinish(session): session.exitstatus = 6"
    (tmp_path / "conftest.py").write_text(finish)
    left = passing(" open('runs', 'a').write('.')")
    assert left.returncode != 0
    assert (tmp_path / "runs").read_text() == "."


@pytest.mark.parametrize(
    ("words", "upgrade"),
    [
        ([], ""),
        (["UPGRADE=1"], "--upgrade "),
        (["UPGRADE=sphinx"], "--upgrade-package=sphinx "),
    ],
)
def test_requirements_are_upgraded_only_when_asked(words, upgrade):
    said = make("-n", "--old-file=.venv/uv.txt", "requirements", *words)
    assert "pip compile" in said
    assert re.findall(r"--upgrade\S* ", said) == ([upgrade] if upgrade else [])
    for path in (ROOT / "requirements").glob("*.in"):
        assert path.stem in said
