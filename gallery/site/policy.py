"""The Content-Security-Policy of every page: what a browser may load and run there.

Scripts and styles come from the site's own files. One script stands in the pages themselves: what
must run before anything is drawn, and what asks for the other scripts after it. The policy names it
by the hash of what was written here, and never looks at what a page holds: whatever else comes into
a page does not run.
"""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import FileSystemBytecodeCache
from rjsmin import jsmin

from gallery.site import is_site

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
# What the first two change would make a page jump that was drawn before.
INLINE = (
    HERE / "inline" / "colour-theme.js",
    HERE.parent / "lessons" / "static" / "start-method.js",
    HERE / "inline" / "late-scripts.js",
)


@lru_cache(maxsize=1)
def inline_script() -> str:
    """Return the script that stands in every page."""
    return "\n".join(str(jsmin(path.read_text("utf-8"))) for path in INLINE)


def directives() -> dict[str, list[str]]:
    """Return what every page allows."""
    digest = b64encode(sha256(inline_script().encode()).digest()).decode()
    return {
        "default-src": ["'none'"],
        # A browser may not count files beside a page that was opened from a file as 'self'.
        "script-src": ["'self'", "file:", f"'sha256-{digest}'"],
        "style-src": ["'self'", "file:"],
        "img-src": ["'self'", "file:", "data:"],  # data: the icons in the theme's style
        "connect-src": ["'self'"],
        "form-action": ["'self'", "file:"],
        "base-uri": ["'none'"],
    }


def written(policy: dict[str, list[str]]) -> str:
    """Write a policy as browsers read it."""
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())


def for_servers() -> str:
    """Return the policy for a server to send with every page: none of them may be framed."""
    served = {
        name: [source for source in sources if source != "file:"]
        for name, sources in directives().items()
    }
    return written({**served, "frame-ancestors": ["'none'"]})


def tell_template(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give templates/base.html what it writes into the head."""
    context["policy"] = written(directives())
    context["inline_script"] = inline_script()


def keep_compiled(app: Sphinx) -> None:
    """Have the templates compiled once for all builds."""
    if is_site(app):
        compiled = Path(app.doctreedir, "templates")
        compiled.mkdir(parents=True, exist_ok=True)
        templates: Any = app.builder.templates
        templates.environment.bytecode_cache = FileSystemBytecodeCache(str(compiled))


def setup(app: Sphinx) -> None:
    """Connect."""
    app.connect("builder-inited", keep_compiled)
    app.connect("html-page-context", tell_template)
