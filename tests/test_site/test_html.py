"""Every page is valid HTML in the eyes of the Nu Html Checker, the W3C's."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.test_site.conftest import HTML, pages
from tests.vnu import MISSING, find_checker

# What it says of pages that are right:
NO_FAULT = (
    "Trailing slash on void elements has no effect",  # Sphinx writes "<meta />", as is allowed
    "The “list” role is unnecessary",  # a list without bullets is none for VoiceOver without it
    "Article lacks heading",  # Furo's article is the main part, with the page's h1
    "Consider using the “h1” element as a top-level heading only",
    # It knows neither 'self' of a file nor hashes: test_policy.py asks a browser.
    "Resource violates Content Security Policy (meta tag)",
    "Inline style violates Content Security Policy (meta tag)",
    "Inline script violates Content Security Policy (meta tag)",
)
# It guesses a language, on a page of downloads from the names of files.
GUESS = "This document appears to be written in"


@pytest.fixture(scope="module")
def check():
    """Return what the checker says of files: a list of (file, line, message)."""
    if not (jar := find_checker()):
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)

    def check(paths: list[Path]) -> list[tuple[str, int, str]]:
        done = subprocess.run(
            [shutil.which("java"), "-Xss8m", "-jar", jar, "--format", "json", *map(str, paths)],
            capture_output=True,
            text=True,
            timeout=60 + 2 * len(paths),
        )
        messages = json.loads(done.stderr)["messages"]
        return [
            (Path(m["url"]).name if "url" in m else "", m.get("lastLine", 0), m["message"])
            for m in messages
            if not m["message"].startswith(NO_FAULT)
            and not (m["message"].startswith(GUESS) and "/downloads/" in m.get("url", ""))
        ]

    return check


def test_every_page_is_valid_html(check):
    assert check([HTML / name for name in pages()]) == []


def test_a_page_that_is_not_valid_is_told(check, tmp_path):
    page = tmp_path / "wrong.html"
    page.write_text("<!doctype html><html lang=en><title>x</title><p id=a><b id=a>y</p>")
    assert any("Duplicate ID" in message for _, _, message in check([page]))
