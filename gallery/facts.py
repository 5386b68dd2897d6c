"""What pages say that other files decide: a page is read again when it is no longer so.

Sphinx reads a page again when its own file, or one that it depends on, has changed. A page that
lists all lessons depends on none of their files, and yet on how many there are. Such a page states
a fact, by a name under which somebody has registered how the fact is found out::

    facts.register(app, "titles", lambda app, chapter: [...])     # in setup()
    facts.state(env, "titles", "pools")                           # where a page is read
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

Find = Callable[["Sphinx", str], object]  # given a word that tells several such facts apart
Fact = tuple[str, str]

_finders: WeakKeyDictionary[Sphinx, dict[str, Find]] = WeakKeyDictionary()
_digests: WeakKeyDictionary[Sphinx, dict[Fact, str]] = WeakKeyDictionary()


def register(app: Sphinx, name: str, find: Find) -> None:
    """Say how a fact is found out: what ``find`` returns is compared by its repr()."""
    _finders.setdefault(app, {})[name] = find


def state(env: BuildEnvironment, name: str, about: str = "") -> None:
    """Note that the page which is being read says something that follows from this fact."""
    _stated(env).setdefault(env.current_document.docname, {})[name, about] = _digest(
        app_of(env), name, about
    )


def app_of(env: BuildEnvironment) -> Sphinx:
    """Return the application (Sphinx 9 gives it another name)."""
    app: Sphinx = env._app if hasattr(env, "_app") else env.app
    return app


def _digest(app: Sphinx, name: str, about: str) -> str:
    """Hash a fact, once in a build."""
    known = _digests.setdefault(app, {})
    if (name, about) not in known:
        found = _finders[app][name](app, about)
        known[name, about] = hashlib.sha256(repr(found).encode()).hexdigest()
    return known[name, about]


def _stated(env: BuildEnvironment) -> dict[str, dict[Fact, str]]:
    """Return what pages state, each fact as it was when the page was read."""
    if not hasattr(env, "stated_facts"):
        env.stated_facts = {}  # type: ignore[attr-defined]
    found: dict[str, dict[Fact, str]] = env.stated_facts  # type: ignore[attr-defined]
    return found


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Find the pages that state what is no longer so."""
    return [
        page
        for page, facts in _stated(env).items()
        if page in env.all_docs
        and any(
            name not in _finders.get(app, {}) or _digest(app, name, about) != digest
            for (name, about), digest in facts.items()
        )
    ]


def _forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """Forget what a page stated: it is read again, or gone."""
    _stated(env).pop(page, None)


def _merge(app: Sphinx, env: BuildEnvironment, pages: set[str], other: BuildEnvironment) -> None:
    """Take over what another process has read."""
    theirs = _stated(other)
    _stated(env).update((page, theirs[page]) for page in pages if page in theirs)


def setup(app: Sphinx) -> None:
    """Connect."""
    app.connect("env-get-outdated", _outdated)
    app.connect("env-purge-doc", _forget)
    app.connect("env-merge-info", _merge)
