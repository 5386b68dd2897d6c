"""Which kind of page is at an address, what its kind may cost, and the heaviest page of each kind.

The tests that ask much of a browser take the heaviest page of each kind. No page is named here: a
new lesson or chapter is of a kind by its address.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """The addresses of a kind of page, and what one may cost, however many pages there are."""

    address: str
    kilobytes: int = 40  # of 1,000 bytes, over the wire with gzip, headers included
    requests: int = 8
    elements: int = 3_000


NAME = r"(?!index\.)[\w-]+"
# The first one that fits is a page's kind.
KINDS = {
    "landing": Kind(r"index\.html"),
    "lesson": Kind(rf"lessons/[\w-]+/{NAME}\.html", elements=4_000),
    "chapter": Kind(r"lessons/[\w-]+/index\.html"),
    "list of lessons": Kind(r"lessons/index\.html"),
    "quiz": Kind(rf"quiz/{NAME}\.html", kilobytes=70, elements=12_000),
    "list of quizzes": Kind(r"quiz(/index)?\.html"),
    "names": Kind(r"names(/index)?\.html", kilobytes=60),
    "names of a chapter": Kind(rf"names/{NAME}\.html"),
    "downloads": Kind(r"downloads(/index)?\.html"),
    "downloads of a chapter": Kind(rf"downloads/{NAME}(/index)?\.html"),
    "evidence": Kind(r"evidence(/index)?\.html"),
    "evidence of a chapter": Kind(rf"evidence/{NAME}\.html"),
    "search": Kind(r"search\.html", kilobytes=60),
    "not found": Kind(r"404\.html", kilobytes=60),
    "prose": Kind(r"[\w-]+\.html"),
}


def kind_of(name: str) -> str | None:
    """Return the kind of the page at an address below the site's root; None where none fits."""
    fits = (kind for kind, its in KINDS.items() if re.fullmatch(its.address, name))
    return next(fits, None)


def heaviest(names: Iterable[str], size: Callable[[str], int]) -> dict[str, str]:
    """Return for each kind the page with the largest file, which stands for all of its kind."""
    found: dict[str, str] = {}
    for name in sorted(names, key=size):
        if kind := kind_of(name):
            found[kind] = name
    return found
