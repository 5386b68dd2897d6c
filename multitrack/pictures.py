"""The pictures of a run: figures that were open at a cell's end, and files that the script saved.

The stage makes copies (stage.py). What is a picture, is not too large and can do nothing but be
seen is kept beside the recording; of the rest the recording says why it is not.
"""

from __future__ import annotations

import contextlib
import os
import re
import struct
import subprocess
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from xml.parsers import expat

from multitrack.disk import keeping
from multitrack.recording import Picture, PictureKind

MOST = 12  # pictures of a cell
LARGEST = 2_000_000  # bytes of a picture
MOST_PIXELS = 50_000_000  # of a picture; whoever looks at it has four bytes of each in memory
LONGEST = 200  # characters of a title, or of an error
LONGEST_INDEX = 4 << 20  # bytes: some 50,000 pictures
FIELDS = 6  # of a picture in the stage's index
KINDS: dict[str, PictureKind] = {".svg": "svg", ".png": "png"}


def may_draw(source: bytes) -> bool:
    """Whether a script may draw with Matplotlib, to be given the lists of fonts."""
    return b"matplotlib" in source


@cache
def font_lists(python: str) -> tuple[Path, ...]:
    """Have Matplotlib make its lists of the machine's fonts, and return them; none without it.

    It makes them on its first use under a home, for which it starts a program and takes a second.
    A script's home is new each time, but what a reader sees is not the first use.
    """
    ask = "import matplotlib, matplotlib.font_manager; print(matplotlib.get_cachedir())"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            [python, "-c", ask], capture_output=True, text=True, timeout=60, env=environment
        )
        if done.returncode == 0:
            return tuple(Path(done.stdout.strip()).glob("fontlist-*.json"))
    return ()


class NotShown(Exception):
    """Why a file is not shown as a picture, in a few words."""


@dataclass(frozen=True)
class Found:
    """Something that the script left to be seen; ``copy`` is None where there is none."""

    cell: int
    saved: bool
    title: str
    copy: Path | None
    size: int
    error: str = ""


class Album:
    """What a script leaves to be seen: the stage's copies, and files in its working folder."""

    def __init__(self, copies: Path, work: Path) -> None:
        self.written: list[Path] = []  # by pictures()
        self._copies, self._work = copies, work
        self._before = dict(_saved(work))

    def pictures(
        self, beside: Path | None, last: int, short: Callable[[str], str]
    ) -> tuple[Picture, ...]:
        """Return the pictures, when no process of the run is alive any more.

        They are kept as ``beside.1.svg`` and so on; nowhere without ``beside``. What was saved
        after the stage's last look counts for the cell ``last``.
        """
        found = list(_listed(self._copies))
        found += self._late(found, last)
        pictures: list[Picture] = []
        kept: Counter[int] = Counter()
        more: Counter[int] = Counter()
        for item in found:
            picture = Picture(item.cell, short(item.title)[:LONGEST], item.saved)
            if item.error:
                why = f"it cannot be drawn: {short(' '.join(item.error.split()))[:LONGEST]}"
                pictures.append(replace(picture, left_out="not drawn", why=why))
            elif item.size > LARGEST:
                why = f"it has {item.size / 1e6:.1f} MB, and at most {LARGEST / 1e6:.1f} are kept"
                pictures.append(replace(picture, left_out="too large", why=why))
            elif item.copy is None or kept[item.cell] == MOST:
                more[item.cell] += 1
            else:
                try:
                    kind, data, (width, height) = read(item.copy)
                except NotShown as reason:
                    why = f"it {reason}"[:LONGEST]
                    pictures.append(replace(picture, left_out="refused", why=why))
                    continue
                kept[item.cell] += 1
                name = ""
                if beside:
                    name = f"{beside.name}.{kept.total()}.{kind}"
                    self._write(beside.with_name(name), data)
                pictures.append(
                    replace(
                        picture, file=name, kind=kind, bytes=len(data), width=width, height=height
                    )
                )
        for cell, count in more.items():
            why = f"at most {MOST} of a cell are kept"
            pictures.append(Picture(cell, f"{count} more", left_out="too many", why=why))
        return tuple(sorted(pictures, key=lambda picture: picture.cell))

    def _write(self, path: Path, data: bytes) -> None:
        with keeping(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self.written.append(path)
            path.write_bytes(data)

    def _late(self, found: list[Found], cell: int) -> Iterator[Found]:
        """Find what was saved after the stage's last look, for it had no other at the end."""
        for name, state in _saved(self._work):
            if self._before.get(name) == state:
                continue
            path, title = self._work / name, _text(name)
            seen = [f for f in found if f.saved and f.title == title and f.size == state[0]]
            if not any(f.copy is None or f.copy.read_bytes() == path.read_bytes() for f in seen):
                yield Found(cell, True, title, path, state[0])


def _saved(folder: Path) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """Yield each picture in a folder: its name, and what tells whether it changed."""
    if folder.is_dir():  # a script may remove it
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in KINDS and path.is_file():
                state = path.stat()
                yield path.name, (state.st_size, state.st_mtime_ns, state.st_ino)


def _text(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def _listed(copies: Path) -> Iterator[Found]:
    """Read the stage's index. It lies where the script can reach it: nothing in it is believed."""
    index = copies / "index"
    if not index.is_file():
        return
    with index.open("rb") as file:
        fields = file.read(LONGEST_INDEX).decode("utf-8", "backslashreplace").split("\0")
    for at in range(0, len(fields) - FIELDS, FIELDS):
        cell, saved, title, copy, size, error = fields[at : at + FIELDS]
        if cell.isdecimal() and size.isdecimal():
            path = copies / Path(copy).name if copy else None
            there = path and path.is_file()
            yield Found(
                int(cell), saved == "saved", title, path if there else None, int(size), error
            )


def read(path: Path) -> tuple[PictureKind, bytes, tuple[int, int]]:
    """Read a picture: kind, bytes, width and height in pixels.

    Raises NotShown when it is not what its name says, or can do more than be seen.
    """
    kind = KINDS[path.suffix.lower()]
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    width, height = svg_size(data) if kind == "svg" else png_size(data)
    if not 0 < width * height <= MOST_PIXELS:
        raise NotShown(f"is {width} by {height} pixels large")
    return kind, data, (width, height)


# -- PNG ---------------------------------------------------------------------------------

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHUNK = struct.Struct(">I4s")


def png_size(data: bytes) -> tuple[int, int]:
    """Return width and height of a PNG that is whole and has nothing behind its end."""
    if not data.startswith(SIGNATURE):
        raise NotShown("is no PNG")
    at = len(SIGNATURE)
    kinds: list[bytes] = []
    while at + CHUNK.size <= len(data) and kinds[-1:] != [b"IEND"]:
        length, kind = CHUNK.unpack_from(data, at)
        end = at + CHUNK.size + length
        if data[end : end + 4] != zlib.crc32(data[at + 4 : end]).to_bytes(4, "big"):
            raise NotShown("is a damaged PNG")
        kinds.append(kind)
        at = end + 4
    if kinds[:1] != [b"IHDR"] or kinds[-1] != b"IEND" or at != len(data):
        raise NotShown("is a damaged PNG")
    width, height = struct.unpack_from(">II", data, len(SIGNATURE) + CHUNK.size)
    return width, height


# -- SVG ---------------------------------------------------------------------------------

SVG = "http://www.w3.org/2000/svg"
BASE = "http://www.w3.org/XML/1998/namespace base"
# What draws and does nothing else: no script, no animation, no link, no HTML.
ELEMENTS = {
    *("svg", "g", "defs", "symbol", "use", "title", "desc", "style", "metadata", "image"),
    *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
    *("text", "tspan", "textPath", "marker", "clipPath", "mask", "pattern"),
    *("linearGradient", "radialGradient", "stop", "filter"),
    *("feBlend", "feColorMatrix", "feComponentTransfer", "feComposite", "feFlood", "feFuncA"),
    *("feFuncB", "feFuncG", "feFuncR", "feGaussianBlur", "feMerge", "feMergeNode", "feOffset"),
}
DESCRIBED = {  # in metadata, of which nothing is drawn
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://purl.org/dc/elements/1.1/",
    "http://creativecommons.org/ns#",
    "http://web.resource.org/cc/",
}
WITHIN = re.compile(r"#.*|data:image/(png|jpeg|gif);base64,[\w+/=\s]*", re.ASCII)
# What lets a style fetch something, or hides that it does.
FETCHES = re.compile(
    r"url\(\s*[\"']?(?!#)|@import|//|\\|javascript:|expression\(|image(-set)?\(|src\(",
    re.IGNORECASE,
)
LENGTH = re.compile(r"\s*(\d{1,9}(?:\.\d*)?|\.\d+)\s*(px|pt|pc|mm|cm|in)?\s*")
PIXELS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}


def svg_size(data: bytes) -> tuple[int, int]:
    """Return width and height of an SVG that does nothing but draw what is in it."""
    root: dict[str, str] = {}
    within: list[str] = []  # the elements that have begun and not ended
    style: list[str] = []

    def doctype(name: str, system: str | None, public: str | None, subset: bool) -> None:
        if subset:
            raise NotShown("is an SVG with declarations of its own")

    def instruction(target: str, data: str) -> None:
        raise NotShown(f"is an SVG with an instruction, {target}")

    def start(name: str, attributes: dict[str, str]) -> None:
        if not within:
            if name != f"{SVG} svg":
                raise NotShown("is no SVG")
            root.update(attributes)
        space, _, local = name.rpartition(" ")
        if not (space in DESCRIBED or (space == SVG and local in ELEMENTS)):
            raise NotShown(f"is an SVG with an element {local}")
        within.append(name)
        for key, value in attributes.items():
            space, _, local = key.rpartition(" ")
            if local.lower().startswith("on") or key == BASE:
                raise NotShown(f"is an SVG with an attribute {local}")
            if local.lower() in ("href", "src") and not WITHIN.fullmatch(value.strip()):
                raise NotShown("is an SVG that refers to something outside")
            if space not in DESCRIBED and local.lower() != "href":
                check_style(value)

    def text(part: str) -> None:
        if within[-1] == f"{SVG} style":
            style.append(part)

    def end(name: str) -> None:
        within.pop()
        check_style("".join(style))
        style.clear()

    def check_style(value: str) -> None:
        if FETCHES.search(value):
            raise NotShown("is an SVG whose style may refer to something outside")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = doctype
    parser.ProcessingInstructionHandler = instruction
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError):  # not XML, or in no known encoding
        raise NotShown("is no SVG") from None
    return _size(root)


def _size(root: dict[str, str]) -> tuple[int, int]:
    """Return how large browsers show it in an ``img``; 300 by 150 where nothing is said."""
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    inner = [pixels(length) for length in box[2:]] if len(box) == 4 else []
    width, height = pixels(root.get("width", "")), pixels(root.get("height", ""))
    if len(inner) == 2 and all(inner):
        if not width:
            width = height * inner[0] / inner[1] if height else inner[0]
        if not height:
            height = width * inner[1] / inner[0]
    return round(width or 300) or 1, round(height or 150) or 1


def pixels(length: str) -> float:
    """Return a length in pixels; 0 where it is none, or is relative."""
    match = LENGTH.fullmatch(length)
    return float(match[1]) * PIXELS[match[2] or "px"] if match else 0.0
