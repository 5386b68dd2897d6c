"""What an earlier build wrote and this one did not: pages, twins, pictures, downloads. It goes.

A build notes what it wrote. Only what is in the note of the build before is ever removed, so what
somebody else has put into the folder of the site stays there.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from gallery.lessons.build import build_of
from gallery.site import is_site, notes

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

KEPT = "written"


def note_page(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Note a page that has no source, such as the search: those are written in every build."""
    if is_site(app) and doctree is None:
        build_of(app).publishes(_page(app, name))


def written(app: Sphinx) -> set[str]:
    """Return the paths of what is there now, below the site's folder."""
    env, builder = app.env, app.builder
    pages = {_page(app, name) for name in env.found_docs}
    pictures = {f"{builder.imagedir}/{name}" for _, name in env.images.values()}
    downloads = {f"_downloads/{name}" for _, name in env.dlfiles.values()}
    twins = {f"{page}.md" for page in pages}
    return pages | twins | pictures | downloads | build_of(app).published


def _page(app: Sphinx, name: str) -> str:
    file = Path(app.builder.get_outfilename(name))  # type: ignore[attr-defined]
    return file.relative_to(app.outdir).as_posix()


def remove(app: Sphinx, exception: Exception | None) -> None:
    """Remove what is no longer written, and the folders that are empty then."""
    if exception or not is_site(app) or build_of(app).only:
        return
    now = written(app)
    for path in sorted(set(notes.load(app, KEPT) or ()) - now):
        Path(app.outdir, path).unlink(missing_ok=True)
        for folder in PurePosixPath(path).parents[:-1]:
            with suppress(OSError):  # something is in it
                Path(app.outdir, folder).rmdir()
    notes.save(app, KEPT, sorted(now))


def setup(app: Sphinx) -> None:
    """Connect; it comes when all parts have written what is theirs."""
    app.connect("html-page-context", note_page)
    app.connect("build-finished", remove, priority=900)
