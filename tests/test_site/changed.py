"""Which pages a change of the project's files is on, for a look at those alone."""

import re
from collections.abc import Collection
from pathlib import PurePosixPath

from tests.test_site.kinds import kind_of

# No page is made of these.
APART = r"(tests|benchmarks|requirements/npm|\.ci|\.github)/.*|[\w.-]+\.md|LICENSE"


def pages_of(file: str, pages: Collection[str]) -> set[str]:
    """Return the pages that a file is on. A file of an unknown use may be on all of them."""
    if re.fullmatch(APART, file):
        return set()
    match PurePosixPath(file).parts:
        case ("docs", *_) if file.endswith(".md"):
            page = file.removeprefix("docs/").removesuffix(".md") + ".html"
            return {page} if page in pages else set(pages)
        case ("snippets", chapter, name):
            lesson = f"lessons/{chapter}/{name.partition('.')[0]}.html"
            its = {p for p in pages if chapter in PurePosixPath(p).with_suffix("").parts}
            others = {p for p in its if kind_of(p) == "lesson"} - {lesson}
            return its - others if lesson in pages else its
    return set(pages)
