"""The Content-Security-Policy of every page: what a browser may load and run there.

Scripts and styles come from the site's own files. What the theme writes into the page itself is
named by its hash, computed from the page as it is written, so there is no list to keep.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import FileSystemBytecodeCache

from gallery.site import is_site

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

TEMPLATES = Path(__file__).with_name("templates")
CHARSET = '<meta charset="utf-8">'
INLINE = re.compile(r"<(script|style)(?![^>]*\ssrc=)[^>]*>(.*?)</\1>", re.DOTALL)
# The theme's pictures say how they look in style attributes. A policy would have to allow those
# by hash ('unsafe-hashes'); SVG has attributes of its own for the same.
SVG_STYLE = re.compile(r'(<(?:svg|g|path|line|circle|rect)\b[^>]*?) style="([a-z-]+): ([^";:]+);?"')
# Furo has the same element.
SECOND_VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1" />\n'
# Furo asks for the logo, which the page shows, in a way that is not valid.
PREFETCH = re.compile(r'\s*<link rel="prefetch"[^>]*>')
META = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')


def directives(hashes: dict[str, set[str]]) -> dict[str, list[str]]:
    """Return the policy; ``hashes`` has those of inline elements by their names."""
    scripts = sorted(hashes.get("script", ()))
    styles = sorted(hashes.get("style", ()))
    return {
        "default-src": ["'none'"],
        # A browser may not count files beside a page that was opened from a file as 'self'.
        "script-src": ["'self'", "file:", *scripts],
        "style-src": ["'self'", "file:", *styles],
        "img-src": ["'self'", "file:", "data:"],  # data: the icons in the theme's style
        "connect-src": ["'self'"],
        "form-action": ["'self'", "file:"],
        "base-uri": ["'none'"],
    }


def written(policy: dict[str, list[str]]) -> str:
    """Write the policy as browsers read it."""
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())


def hashes_in(page: str) -> dict[str, set[str]]:
    """Return the hashes of the scripts and styles that stand in the page."""
    found: dict[str, set[str]] = {}
    for element in INLINE.finditer(page):
        digest = b64encode(sha256(element[2].encode()).digest()).decode()
        found.setdefault(element[1], set()).add(f"'sha256-{digest}'")
    return found


def with_policy(page: str) -> str:
    """Put the page's policy before everything that it is about."""
    page = SVG_STYLE.sub(_presentation_attribute, page)
    page = PREFETCH.sub("", page.replace(SECOND_VIEWPORT, "", 1))
    policy = written(directives(hashes_in(page)))
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    head, charset, rest = page.partition(CHARSET)
    return f"{head}{charset}\n    {meta}{rest}"


def _presentation_attribute(match: re.Match[str]) -> str:
    before, name, value = match.groups()
    if value.endswith("%"):
        value = f"{float(value[:-1]) / 100:g}"
    return f'{before} {name}="{value}"'


def policies(site: Path) -> Iterator[str]:
    """Yield the policy of each page of a built site that has one."""
    for path in sorted(site.rglob("*.html")):
        if match := META.search(path.read_text("utf-8")):
            yield match[1]


def of_all_pages(site: Path) -> str:
    """Return one policy for a server to send with every page, and not let it be framed."""
    hashes: dict[str, set[str]] = {}
    for policy in policies(site):
        for directive in policy.split("; "):
            name, *sources = directive.split()
            found = {source for source in sources if source.startswith("'sha256-")}
            hashes.setdefault(name.removesuffix("-src"), set()).update(found)
    served = directives(hashes)
    for sources in served.values():
        if "file:" in sources:
            sources.remove("file:")
    return written({**served, "frame-ancestors": ["'none'"]})


def finish_page(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> str | None:
    """Have the whole page pass through :func:`with_policy`."""
    if not is_site(app):
        return None
    context["page_template"] = template
    return "with-policy.html"


def add_filter(app: Sphinx) -> None:
    """Make the filter known to the templates, and have them compiled once for all builds."""
    if is_site(app):
        templates: Any = app.builder.templates
        templates.environment.filters["with_policy"] = with_policy
        compiled = Path(app.doctreedir, "templates")
        compiled.mkdir(parents=True, exist_ok=True)
        templates.environment.bytecode_cache = FileSystemBytecodeCache(str(compiled))


def setup(app: Sphinx) -> None:
    """Come last."""
    app.connect("config-inited", lambda app, config: config.templates_path.append(str(TEMPLATES)))
    app.connect("builder-inited", add_filter)
    app.connect("html-page-context", finish_page, priority=1000)
