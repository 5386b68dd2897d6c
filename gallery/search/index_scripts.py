"""The index as scripts, for pages that are opened from a file may not fetch data.

The first one has what pages are found by: titles, askers' words, errors, headings and names. What
pages say in sentences is several times as much. It is in parts that search.js loads once it has
shown first results.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import yaml

from gallery.lessons.build import build_of
from gallery.search.collected import entries

if TYPE_CHECKING:
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment

FIRST = "search-index.js"
PART = "search-index-{}.js"
PARTS = 4  # however many pages there are; a page is in the same one in every build
WORDS = Path(__file__).with_name("words.yaml")
# What a page is, in a word: a lesson by its chapter's section, another page by its folder.
SECTIONS = {"Errors": "error", "Recipes": "recipe"}
FOLDERS = {"quiz": "quiz"}


def scripts_of(builder: Builder) -> dict[str, str]:
    """Return the scripts by their files' names. Addresses are from the site's root."""
    env = builder.env
    pages: list[list[Any]] = []
    names: dict[str, list[list[str]]] = {}
    texts: list[dict[str, list[list[str]]]] = [{} for _ in range(PARTS)]
    for name, entry in entries(env).items():
        at, blocks = builder.get_target_uri(name), entry["blocks"]
        headings = [anchored(heading, anchor) for anchor, heading, *_ in blocks[1:]]
        errors = [[message, anchor] if anchor else message for message, anchor in entry["errors"]]
        about = [at, entry["title"], kind_of(env, name), entry["weight"]]
        pages.append([*about, entry["asked"], errors, headings])
        texts[crc32(name.encode()) % PARTS][at] = [text for _, _, *text in blocks]
        if entry["names"]:
            names[at] = entry["names"]
    parts = {PART.format(n): f"SEARCH.add({_json(part)});\n" for n, part in enumerate(texts, 1)}
    # With a word for a browser that has an older one.
    addresses = [f"{name}?v={crc32(text.encode()):08x}" for name, text in parts.items()]
    index = yaml.safe_load(WORDS.read_text("utf-8"))
    index |= {"parts": addresses, "pages": pages, "names": names}
    return {FIRST: f"var SEARCH = {_json(index)};\n", **parts}


def _json(value: object) -> str:
    """Write plain data; nothing in it can look like the end of a script."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def anchored(heading: str, anchor: str) -> str | list[str]:
    """Return a heading, with its anchor where that does not follow from it as ranking.js has it."""
    follows = re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")
    return heading if anchor == follows else [heading, anchor]


def kind_of(env: BuildEnvironment, name: str) -> str:
    """Say in a word what a page is."""
    build = build_of(env)
    if lesson := build.lesson_on(name):
        section = getattr(build.chapter_of(lesson), "section", "")
        return SECTIONS.get(section, "lesson")
    return FOLDERS.get(name.partition("/")[0], "page")
