"""What transcripts and timelines have in common: a lesson's recordings, as a page shows them."""

from __future__ import annotations

import multiprocessing
import os
import posixpath
import re
from collections.abc import Iterable
from html import escape, unescape
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import OptionSpec

from gallery.build import pythons_file, recordings_folder
from gallery.lesson import Lesson
from gallery.pythons import FORKSERVER, recordings_of, version_of
from multitrack.recording import Recording, RecordingError
from multitrack.script import START_METHODS, ScriptError

PLATFORMS = {"fork": "Linux, Python up to 3.13", "forkserver": "Linux, Python 3.14 and later"}
SYSTEMS = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}
DOWNLOAD, IMAGE = "download:", "image:"  # before what the builder gives an address


def preferred(methods: Iterable[str]) -> str:
    """Return the start method to show where one must do: the builder's own default."""
    methods = list(methods)
    own = multiprocessing.get_context().get_start_method()
    return own if own in methods else methods[0]


def tab_of(recording: Recording) -> tuple[str, str]:
    """Name the platform that a recording is for, and what is added in small print.

    A platform is named only if its start method was recorded on a Python that has it as its
    default there.
    """
    method, python = recording.start_method, recording.interpreter
    system = SYSTEMS.get(python.platform, python.platform)
    if method == "spawn":
        return "spawn: macOS, Windows", f"(recorded on {system})"
    version = version_of(python.version)[:2]
    usual = python.platform == "linux" and not python.free_threaded
    if usual and (version >= FORKSERVER) == (method == "forkserver"):
        return PLATFORMS[method], f"({method})"
    free = ", free-threaded" * python.free_threaded
    where = f" on {system}" * (python.platform != "linux")
    return f"{method},", f"recorded on {'.'.join(map(str, version))}{free}{where}"


def tabs_of(recordings: dict[str, Recording]) -> dict[str, tuple[str, str]]:
    """Return the names of the tabs of several start methods."""
    return {method: tab_of(recording) for method, recording in recordings.items()}


class recorded(nodes.General, nodes.Element):
    """Something that was recorded under several start methods.

    Attributes: ``variants``, HTML by start method; ``tabs``, what :func:`tabs_of` calls them;
    ``everywhere``, whether the one variant stands for all, with no tab; ``note``, a sentence
    about that; ``data``, what a script needs, by attribute. Its children are the same as plain
    docutils nodes, for the builders that have no HTML.
    """


def app_of(env: BuildEnvironment) -> Sphinx:
    """Return the application (Sphinx 9 gives it another name)."""
    app: Sphinx = env._app if hasattr(env, "_app") else env.app
    return app


def link_to(kind: str, target: str, text: nodes.inline, **more: Any) -> addnodes.pending_xref:
    """Return a link to a page (``doc``, with ``refdoc``: from where) or to a label (``ref``)."""
    attributes = {"refexplicit": True, "refwarn": True, **more}
    return addnodes.pending_xref(
        "", text, refdomain="std", reftype=kind, reftarget=target, **attributes
    )


class RecordedDirective(SphinxDirective):
    """A directive whose argument is a lesson, ``chapter/name``."""

    required_arguments = 1
    option_spec: ClassVar[OptionSpec] = {"cell": directives.positive_int}

    def recordings(self) -> tuple[Lesson, dict[str, Recording]]:
        """Return the lesson and its recordings by start method.

        Raises an error at the directive's place where there is no such lesson.
        """
        name = self.arguments[0]
        root = Path(self.env.srcdir, self.config.sphinx_gallery_conf["examples_dirs"]).resolve()
        path = root / f"{name}.py"
        self.env.note_dependency(str(path))
        self.env.note_dependency(str(pythons_file(app_of(self.env))))
        found = {}
        try:
            lesson = Lesson.read(path)
            for method, file in recordings_of(lesson, self.folder()).items():
                self.env.note_dependency(str(file))
                found[method] = Recording.load(file)
        except (ScriptError, RecordingError) as error:
            raise self.error(f"nothing is recorded of the lesson {name!r}: {error}") from None
        return lesson, found

    def download(self, recording: Recording, name: str) -> str:
        """Have a file beside a recording copied into the site; return a mark for its address.

        The address depends on the page and the builder: :func:`visit_html` puts it in.
        """
        self.env.note_dependency(str(self.beside(recording, name)))
        source = self.source(recording, name)
        return DOWNLOAD + self.env.dlfiles.add_file(self.env.docname, source)

    def beside(self, recording: Recording, name: str) -> Path:
        """Return where a file that belongs to a recording lies."""
        return (self.folder() / recording.script).with_name(name)

    def source(self, recording: Recording, name: str) -> str:
        """Return the same as Sphinx names it, from the folder of the pages."""
        return Path(os.path.relpath(self.beside(recording, name), self.env.srcdir)).as_posix()

    def folder(self) -> Path:
        """Return the folder of the recordings."""
        return recordings_folder(app_of(self.env))


def in_words(words: Iterable[str]) -> str:
    """Join words: ``fork, forkserver and spawn``."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def why_restricted(lesson: Lesson) -> str:
    """Say why a lesson is not about every start method; empty where it is."""
    if set(lesson.settings.start_methods) == set(START_METHODS):
        return ""
    methods = in_words(lesson.settings.start_methods)
    return f"Recorded under {methods} only: {lesson.settings.start_methods_reason}"


def _addressed(html: str, builder: Any) -> str:
    """Put in the addresses of images and downloads; an e-book has only the words of the latter."""

    def image(match: re.Match[str]) -> str:
        name = builder.images[unescape(match[1])]
        return f'src="{escape(posixpath.join(builder.imgpath, quote(name)))}"'

    html = re.sub(f'src="{IMAGE}([^"]*)"', image, html)
    if builder.download_support:
        return html.replace(f'href="{DOWNLOAD}', f'href="{escape(builder.dlpath)}/')
    return re.sub(f'<a [^>]*href="{DOWNLOAD}[^>]*>(.*?)</a>', r"\1", html)


def visit_html(self: Any, node: recorded) -> None:
    """Write the variants, each with the heading that counts where there is no JavaScript."""
    kind = escape(node["kind"])
    variants = {m: _addressed(html, self.builder) for m, html in node["variants"].items()}
    note = f'<p class="recorded-note">{escape(node["note"])}</p>' if node["note"] else ""
    data: dict[str, str] = node.get("data", {})
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
    self.body.append(f'<div class="recorded {kind}"{attributes}>')
    if node["everywhere"]:
        self.body.append(next(iter(variants.values())) + note)
    else:
        self.body.append(note)
        for method, html in variants.items():
            only = " only" if len(variants) == 1 else ""
            platform, more = map(escape, node["tabs"][method])
            self.body.append(
                f'<div class="variant{only}" data-start="{method}">'
                f'<h2 class="variant-name">{platform} <small>{more}</small></h2>{html}</div>'
            )
    self.body.append("</div>\n")
    raise nodes.SkipNode


def visit_plain(self: Any, node: recorded) -> None:
    """Let the builder show the children."""


def depart_plain(self: Any, node: recorded) -> None:
    """Nothing to close."""


def setup(app: Sphinx) -> None:
    """Register the node."""
    plain = (visit_plain, depart_plain)
    app.add_node(
        recorded,
        html=(visit_html, depart_plain),
        text=plain,
        latex=plain,
        man=plain,
        texinfo=plain,
    )
