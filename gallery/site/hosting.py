"""Files that a host, or what visits it, looks for at the root of the site.

``_headers`` (Netlify, Cloudflare Pages and others send what it says), ``robots.txt``,
``sitemap.xml`` where the site's address is known, and ``.nojekyll``, without which GitHub Pages
leaves out what begins with an underscore when it serves a branch.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree import ElementTree

from sphinx.errors import ConfigError

from gallery.lessons.build import build_of
from gallery.site import is_site, policy

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
# Pages ask for site-pages.css and .js with a sum of their contents, so an answer is good for ever.
HEADERS = """\
/*
  Content-Security-Policy: {policy}
  X-Content-Type-Options: nosniff
  Referrer-Policy: strict-origin-when-cross-origin
  Cross-Origin-Opener-Policy: same-origin
  Permissions-Policy: camera=(), geolocation=(), microphone=()
/_static/site-pages*
  Cache-Control: public, max-age=31536000, immutable
/*.md
  Content-Type: text/markdown; charset=utf-8
"""
NOT_FOUND = """\
<h1>Page not found</h1>
<p>There is no page at this address. It may have moved: look for it among
<a href="{root}lessons/index.html">all lessons</a>, or begin at <a href="{root}index.html">the first
page</a>.</p>
"""


def check_address(app: Sphinx, config: Config) -> None:
    """Have the site's address end with a slash, and 404.html begin its links with its path.

    Raises ConfigError where it is no whole address: links made from it would lead nowhere.
    """
    address = config.html_baseurl
    parts = urlsplit(address)
    root = parts.path.rstrip("/") + "/"
    config.notfound_urls_prefix = root
    body = NOT_FOUND.format(root=escape(root))
    config.notfound_context = {"title": "Page not found", "body": body}
    if not address:
        return
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ConfigError(
            f"html_baseurl is {address!r}; give the whole address of the site, such as "
            "SITE_URL=https://example.org/course/ (conf.py takes it from there), or none"
        )
    config.html_baseurl = address.rstrip("/") + "/"


def sitemap(app: Sphinx) -> bytes:
    """Return the list of all pages."""
    top = ElementTree.Element("urlset", {"xmlns": SITEMAP})
    for name in sorted(app.env.found_docs):
        if app.env.metadata.get(name, {}).get("nosearch") or name == "404":
            continue
        place = ElementTree.SubElement(ElementTree.SubElement(top, "url"), "loc")
        place.text = app.config.html_baseurl + app.builder.get_target_uri(name)
    ElementTree.indent(top)
    written: bytes = ElementTree.tostring(top, "utf-8", xml_declaration=True)
    return written


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the files when all pages are there."""
    if exception or not is_site(app):
        return
    site = Path(app.outdir)
    robots = "User-agent: *\nAllow: /\n"
    if app.config.html_baseurl:
        robots += f"\nSitemap: {app.config.html_baseurl}sitemap.xml\n"
        site.joinpath("sitemap.xml").write_bytes(sitemap(app))
        build_of(app).publishes("sitemap.xml")
    site.joinpath("robots.txt").write_text(robots)
    site.joinpath(".nojekyll").touch()
    site.joinpath("_headers").write_text(HEADERS.format(policy=policy.for_servers()))


def setup(app: Sphinx) -> None:
    """Connect; sphinx-notfound-page makes 404.html, whose links work at any depth."""
    app.setup_extension("notfound.extension")
    app.connect("config-inited", check_address)
    app.connect("build-finished", write)
