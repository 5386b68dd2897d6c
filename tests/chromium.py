"""Which browser the tests of the built site use."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "NOT TESTED: the site in a browser (tests/test_site), for no Chromium or Chrome was found. "
    "Install one (Debian: apt install chromium) or name one in $CHROME."
)


def find_browser() -> str | None:
    """Return the Chromium or Chrome of this machine, or what $CHROME names."""
    return os.environ.get("CHROME") or next(filter(None, map(shutil.which, NAMES)), None)


FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no other host is reached
]
