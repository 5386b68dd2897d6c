"""The site as an EPUB and as text: valid, and readable without JavaScript."""

import html
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from multitrack.recording import Recording
from multitrack.script import START_METHODS

ROOT = Path(__file__).resolve().parents[3]
SHOWN = ROOT / "build" / "html" / "downloads"
MISSING = (
    "NOT CHECKED: the EPUB, for there is no epubcheck. Install it (Debian: apt install epubcheck)."
)
NOT_COPIED = shutil.ignore_patterns("html", "epub", "doctrees*", "lessons", "__pycache__", "*.zip")
NUMBER = re.compile(r"\d{3,}")  # a pid: lines that are the same everywhere stand once
LESSON = "spawning/names_pids_parents"

pytestmark = pytest.mark.timeout(400)


def built(builder: str, tmp_path_factory) -> Path:
    """Build the site with another builder, as strictly as the Makefile does.

    In a copy, with the recordings: two builds at once would share sphinx-gallery's pages.
    """
    folder = tmp_path_factory.mktemp(builder)
    site = folder / "site"
    for name in ("docs", "gallery", "multitrack", "snippets", "tests", "build"):
        shutil.copytree(ROOT / name, site / name, ignore=NOT_COPIED)
    for name in ("conf.py", "pyproject.toml", "LICENSE"):
        shutil.copy2(ROOT / name, site / name)
    strict = ("-W", "--keep-going", "-n", "-q")
    folders = ("-d", str(folder / "doctrees"), "docs", str(folder / "out"))
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *strict, "-c", ".", "-b", builder, *folders],
        cwd=site,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.fixture(scope="session")
def book(tmp_path_factory) -> Path:
    """Build the EPUB."""
    return built("epub", tmp_path_factory) / "multiprocessing-by-example.epub"


def epubcheck() -> list[str] | None:
    """Return the command; Debian's is a jar that needs a wrapper to be run by itself."""
    path = shutil.which("epubcheck")
    if path is None:
        return None
    with Path(path).open("rb") as file:
        is_jar = file.read(2) == b"PK"
    return ["java", "-jar", path] if is_jar else [path]


def test_the_book_passes_epubcheck(book):
    command = epubcheck()
    if command is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    done = subprocess.run(
        [*command, "--failonwarnings", str(book)], capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_book_shows_every_variant_one_below_the_other(book):
    """No script, no link to a file that a book does not have, and all lines of all methods."""
    with zipfile.ZipFile(book) as archive:
        names = archive.namelist()
        page = archive.read(f"lessons/{LESSON}.xhtml").decode()
    assert not [name for name in names if name.endswith((".js", ".py", ".ipynb"))]
    assert "<script" not in page
    spans = re.findall(r'<span class="said">(.*?)</span></li>', page, re.DOTALL)
    said = {NUMBER.sub("#", html.unescape(re.sub("<[^>]*>", "", span))) for span in spans}
    assert "/downloads/" not in page
    for method in START_METHODS:
        variants = re.findall(rf'data-start="{method}">(.*?)</div>', page, re.DOTALL)
        assert variants and all("variant-name" in variant for variant in variants)
        recording = Recording.load(SHOWN / f"{LESSON}.{method}.recording.json")
        for line in recording.lines:
            assert NUMBER.sub("#", line.text) in said
        assert sum(variant.count('class="life') for variant in variants) == len(recording.processes)


def test_text_builders_show_transcripts_and_timelines(tmp_path_factory):
    text = (built("text", tmp_path_factory) / "lessons" / f"{LESSON}.txt").read_text("utf-8")
    for method in START_METHODS:
        assert f"Under {method}:" in text
        assert f"The run under {method}:" in text
        recording = Recording.load(SHOWN / f"{LESSON}.{method}.recording.json")
        for line in recording.lines:
            assert f"{line.process} | {line.text}".rstrip() in text
        for process in recording.processes:
            assert f"{process.label}" in text
    assert "ended with 3" in text
