"""The index as scripts, for pages that are opened from a file may not fetch data.

The first one has what pages are found by: titles, askers' words, errors and headings. What pages
say in sentences is several times as much. It is in parts that search.js loads once it has shown
first results.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import yaml
from sphinx import addnodes

from gallery.search.collected import entries

if TYPE_CHECKING:
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment

NAME = "search"  # the page that loads them
FIRST = "search-index.js"
PART = "search-index-{}.js"
PARTS = 4  # however many pages there are; a page is in the same one in every build
WORDS = Path(__file__).with_name("words.yaml")


def scripts_of(builder: Builder) -> dict[str, str]:
    """Return the scripts by their files' names."""
    env = builder.env
    inside = chapters(env)
    pages: list[list[Any]] = []
    texts: list[dict[str, list[list[str]]]] = [{} for _ in range(PARTS)]
    for name, entry in entries(env).items():
        at, blocks = builder.get_relative_uri(NAME, name), entry["blocks"]
        headings = [heading for _, heading, *_ in blocks[1:]]
        about = [entry["title"], inside.get(name, ""), entry["weight"]]
        pages.append([at, *about, entry["asked"], entry["errors"], headings])
        said = [[anchor, *text] for anchor, _, *text in blocks]
        texts[crc32(name.encode()) % PARTS][at] = said
    parts = {PART.format(n): f"SEARCH.add({_json(part)});\n" for n, part in enumerate(texts, 1)}
    # With a word for a browser that has an older one.
    addresses = [f"{name}?v={crc32(text.encode()):08x}" for name, text in parts.items()]
    index = yaml.safe_load(WORDS.read_text("utf-8")) | {"parts": addresses, "pages": pages}
    return {FIRST: f"var SEARCH = {_json(index)};\n", **parts}


def _json(value: object) -> str:
    """Write plain data; nothing in it can look like the end of a script."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def chapters(env: BuildEnvironment) -> dict[str, str]:
    """Return for each page the title of what it is in: a chapter, or a part of the site."""
    root = env.config.root_doc
    found = {
        name: env.titles[parent].astext()
        for parent, names in env.toctree_includes.items()
        for name in names
        if parent != root
    }
    for tree in env.get_doctree(root).findall(addnodes.toctree):
        found |= dict.fromkeys(tree["includefiles"], tree["caption"] or "")
    return found
