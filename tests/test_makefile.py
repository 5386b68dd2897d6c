"""`make help` lists what can be made, and `make check` and `make test` run what they say."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
INSIDE = {"lint", "quick"}  # parts of others, which nobody calls
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
    """First those of the check, whether they passed before or not; then exactly the others."""
    *style, quick, build, others = planned("test")
    assert [command.split()[0] for command in style] == [tool.split()[0] for tool in STYLE]
    assert build == "python -m gallery build"
    expression = re.search(r'-m "(.+)"', others)[1]
    assert f'-m "not ({expression})"' in quick
    assert "unchanged" not in expression


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
