"""What was collected of each page: when it is read, and again when the search's code has changed.

The code of the search decides nothing that a page says, so no page is read anew for it (see
``gallery/__init__.py``). Each entry has the version of the code that has made it instead.
"""

from __future__ import annotations

from collections.abc import Set
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.environment.collectors import EnvironmentCollector

from gallery.code_version import version_of
from gallery.search.entry import Entry, entry_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


@cache
def version() -> str:
    """Return the version of the code that makes entries."""
    return version_of(Path(__file__).parent.glob("*.py"))


class Collector(EnvironmentCollector):
    """Keeps an entry of every page that was read, so that the others need not be read again."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page."""
        _kept(env).pop(docname, None)

    def merge_other(
        self, app: Sphinx, env: BuildEnvironment, docnames: Set[str], other: BuildEnvironment
    ) -> None:
        """Take over what another process has read."""
        _kept(env).update((name, _kept(other)[name]) for name in docnames)

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Note what a page says."""
        name = app.env.current_document.docname
        _kept(app.env)[name] = version(), entry_of(app.env, name, doctree)


def renew(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Make the entries anew that other code has made, from the pages as they were read."""
    kept = _kept(env)
    old = [name for name in env.all_docs if name not in kept or kept[name][0] != version()]
    for name in old:
        kept[name] = version(), entry_of(env, name, env.get_doctree(name))
    # Sphinx keeps the environment only where a page is to be written: one of them is enough.
    return [env.config.root_doc] if old else []


def entries(env: BuildEnvironment) -> dict[str, Entry]:
    """Return what was collected, by the page's name."""
    return {name: entry for name, (_, entry) in sorted(_kept(env).items())}


def _kept(env: BuildEnvironment) -> dict[str, tuple[str, Entry]]:
    if not hasattr(env, "search_entries"):
        env.search_entries = {}  # type: ignore[attr-defined]
    found: dict[str, tuple[str, Entry]] = env.search_entries  # type: ignore[attr-defined]
    return found


def setup(app: Sphinx) -> None:
    """Register."""
    app.add_env_collector(Collector)
    app.connect("env-updated", renew)
