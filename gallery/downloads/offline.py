"""The whole site as one zip that works from the file system: ``make offline``.

The built site as it is, without what only Sphinx needs, and without what it cannot hold: itself
and the book, and the rows that tell their hashes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from gallery.downloads.archive import zipped
from gallery.downloads.files import OFFLINE
from gallery.downloads.pages import WHOLE_SITE

TOP = OFFLINE.removesuffix(".zip")


def offline(html: Path) -> bytes:
    """Return the zip of the site in ``html``; the same site gives the same bytes."""
    contents = {}
    for path in html.rglob("*"):
        name = path.relative_to(html).as_posix()
        if path.is_dir() or name.startswith(".") or _is_whole_site(name):
            continue
        content = path.read_bytes()
        contents[f"{TOP}/{name}"] = (
            _without_itself(content) if name == "downloads.html" else content
        )
    return zipped(contents)


def _is_whole_site(name: str) -> bool:
    return name == f"downloads/{OFFLINE}" or name.endswith(".epub")


def _without_itself(page: bytes) -> bytes:
    begin, end = (re.escape(mark.encode()) for mark in WHOLE_SITE)
    return re.sub(begin + b".*?" + end, b"", page, flags=re.DOTALL)


def main(arguments: list[str]) -> int:
    """Write the zip; ``arguments`` are the site's folder and the file to write."""
    html, target = map(Path, arguments)
    if not (html / "index.html").is_file():
        print(f"error: there is no site in {html}; run make first", file=sys.stderr)
        return 2
    content = offline(html)
    new = target.with_name(f"{target.name}.new")
    if not target.is_file() or target.read_bytes() != content:
        new.write_bytes(content)
        new.replace(target)
    print(f"{target}: {len(content) / 1e6:.1f} MB. Unpack it and open {TOP}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
