"""Where the checker of HTML is that the tests of the built site use: Java's, from npm."""

import shutil
from pathlib import Path

JAR = Path(__file__).parents[1] / ".venv/npm/node_modules/vnu-jar/build/dist/vnu.jar"
MISSING = (
    "NOT TESTED: whether the pages are valid HTML (tests/test_site/test_html.py), for the checker "
    "is missing. It wants Java (Debian: apt install default-jre-headless) and npm, and `make test`."
)


def find_checker() -> Path | None:
    """Return the checker where it and Java are there."""
    return JAR if JAR.is_file() and shutil.which("java") else None
