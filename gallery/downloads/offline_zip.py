"""The whole site as one zip that works from the file system: ``make offline``.

It is made of a site that was built for it (``for_offline_zip``): that one offers no zip of itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gallery.downloads.offered_files import OFFLINE
from gallery.downloads.zip_file import zipped

TOP = OFFLINE.removesuffix(".zip")
USAGE = "usage: python -m gallery.downloads.offline_zip SITE ZIP"


def offline(html: Path) -> bytes:
    """Return the zip of the site in ``html``; the same site gives the same bytes."""
    names = {path.relative_to(html).as_posix(): path for path in html.rglob("*") if path.is_file()}
    return zipped({f"{TOP}/{n}": path for n, path in names.items() if not n.startswith(".")})


def main(arguments: list[str]) -> int:
    """Write the zip; ``arguments`` are the site's folder and the file to write."""
    if len(arguments) != 2:
        print(USAGE, file=sys.stderr)
        return 2
    html, target = map(Path, arguments)
    if not (html / "index.html").is_file():
        print(
            f"error: there is no site in {html}: run make offline, which builds it", file=sys.stderr
        )
        return 2
    content = offline(html)
    try:
        if not target.is_file() or target.read_bytes() != content:
            new = target.with_name(f"{target.name}.new")
            new.write_bytes(content)
            new.replace(target)
    except OSError as error:
        print(f"error: {target} cannot be written: {error.strerror or error}", file=sys.stderr)
        return 2
    print(f"{target}: {len(content) / 1e6:.1f} MB. Unpack it and open {TOP}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
