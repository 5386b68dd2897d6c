"""Takes the rules out of the site's style that no page can have a use for.

A rule stays if all classes, ids and elements that it names occur on some page or in some script.
That is looked up in the built site, so there is no list to keep; what an author begins to use is
there in the next build.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import tinycss2
from rcssmin import cssmin

from gallery.site import is_site
from gallery.site.joined_assets import NAME

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ATTRIBUTE = re.compile(r'\b(?:class|id)="([^"]*)"')
ELEMENT = re.compile(r"<([a-z][a-z0-9-]*)", re.IGNORECASE)
WORD = re.compile(r"[\w-]+")
# What a selector says of an element without naming it.
ASIDE = re.compile(
    r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\]|::?[\w-]+(\([^()]*\))?"
)
NAMED = re.compile(r"([.#]?)(-?[A-Za-z_](?:[\w-]|\\.)*)")
VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")
# A value may have semicolons in quotes: pictures do.
DEFINITION = re.compile(r"""(?<=[{;\s])(--[\w-]+)\s*:((?:[^;{}'"]|'[^']*'|"[^"]*")*)(?:;|(?=\}))""")
VERSION = re.compile(rf"({NAME}\.(?:css|js))\?v=[0-9a-f]*")


class Vocabulary:
    """The names that occur on the pages and in the scripts of a site."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.elements: set[str] = set()

    def add_page(self, text: str) -> None:
        """Add a page's classes, ids and elements."""
        for value in set(ATTRIBUTE.findall(text)):
            self.names.update(value.split())
        self.elements.update(name.lower() for name in set(ELEMENT.findall(text)))

    def add_script(self, text: str) -> None:
        """Add all words of a script: any may be a class that it sets, or an element."""
        words = set(WORD.findall(text))
        self.names |= words
        self.elements |= {word.lower() for word in words}

    def fits(self, selector: str) -> bool:
        """Whether a page may hold what the selector asks for."""
        for mark, name in NAMED.findall(ASIDE.sub("", selector)):
            known = name.replace("\\", "") in self.names if mark else name.lower() in self.elements
            if not known:
                return False
        return True


def without_unused(style: str, vocabulary: Vocabulary) -> str:
    """Return the style with the rules that fit, and the variables that they use."""
    kept = "".join(_rules(tinycss2.parse_stylesheet(style, skip_comments=True), vocabulary))
    while (shorter := _without_unused_variables(kept)) != kept:  # they may use one another
        kept = shorter
    return str(cssmin(kept))


def _without_unused_variables(style: str) -> str:
    used = set(VARIABLE.findall(style))
    return DEFINITION.sub(lambda match: match[0] if match[1] in used else "", style)


def _rules(rules: list[tinycss2.ast.Node], vocabulary: Vocabulary) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            prelude = tinycss2.serialize(rule.prelude)
            selectors = [s.strip() for s in re.split(r",(?![^()]*\))", prelude)]
            if kept := [s for s in selectors if vocabulary.fits(s)]:
                yield f"{','.join(kept)}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True)
            if kept_inside := "".join(_rules(inner, vocabulary)):
                prelude = tinycss2.serialize(rule.prelude)
                yield f"@{rule.at_keyword}{prelude}{{{kept_inside}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword != "charset":
            yield rule.serialize()


def _vocabulary(pages: list[str], scripts: dict[str, str]) -> Vocabulary:
    vocabulary = Vocabulary()
    loaded: set[str] = set()
    for text in pages:
        vocabulary.add_page(text)
        vocabulary.add_script(" ".join(re.findall(r"<script>(.*?)</script>", text, re.DOTALL)))
        loaded.update(re.findall(r'<script[^>]*\ssrc="[^"]*?_static/([^"?]+)', text))
    for name in loaded & scripts.keys():
        vocabulary.add_script(scripts[name])
    return vocabulary


def _kept_in(app: Sphinx) -> Path:
    return Path(app.doctreedir, f"{NAME}.kept")


def _kept(app: Sphinx, key: str) -> str | None:
    """Return what an earlier build made of the same."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads(_kept_in(app).read_text("utf-8"))
        return str(kept["style"]) if kept["key"] == key else None
    return None


def _keep(app: Sphinx, key: str, style: str) -> None:
    _kept_in(app).write_text(json.dumps({"key": key, "style": style}), encoding="utf-8")


def shrink(app: Sphinx, exception: Exception | None) -> None:
    """Take out what is unused when all pages are there, and tell the pages the files' versions."""
    if exception or not is_site(app):
        return
    site = Path(app.outdir)
    style = site / "_static" / f"{NAME}.css"
    if not style.is_file():
        return
    pages = {path: path.read_text("utf-8") for path in sorted(site.rglob("*.html"))}
    scripts = {p.name: p.read_text("utf-8") for p in sorted(site.glob("_static/*.js"))}
    whole = style.read_text("utf-8")
    plain = [VERSION.sub(r"\1", text) for text in pages.values()]
    key = sha256("\0".join([whole, *plain, *scripts.values()]).encode()).hexdigest()
    shrunk = _kept(app, key)
    if shrunk is None:
        shrunk = without_unused(whole, _vocabulary(plain, scripts))
        _keep(app, key, shrunk)
    style.write_text(shrunk, encoding="utf-8")
    versions = {
        path.name: f"{path.name}?v={crc32(path.read_bytes()):08x}"
        for path in (style, style.with_suffix(".js"))
    }
    for path, text in pages.items():
        told = VERSION.sub(lambda match: versions[match[1]], text)
        if told != text:
            path.write_text(told, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect."""
    app.connect("build-finished", shrink, priority=600)
