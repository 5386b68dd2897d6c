"""The pictures that a cell's code made, below what it wrote."""

from __future__ import annotations

from functools import partial

from docutils import nodes
from sphinx.application import Sphinx

from gallery.page import IMAGE, RecordedDirective, preferred, recorded, tabs_of
from multitrack.recording import Picture, Recording
from multitrack.show.pictures import html_of, words


class PicturesDirective(RecordedDirective):
    """``.. pictures:: chapter/name`` with ``:cell: 2``."""

    def run(self) -> list[nodes.Node]:
        """Show nothing where nothing was drawn under any start method."""
        _, recordings = self.recordings()
        made = {m: pictures_of(r, self.options["cell"]) for m, r in recordings.items()}
        if not any(made.values()):
            return []
        looks = [[self.look(recordings[m], p) for p in pictures] for m, pictures in made.items()]
        everywhere = len(made) > 1 and all(look == looks[0] for look in looks)
        if everywhere:
            made = {m: made[m] for m in [preferred(made)]}
        node = recorded(kind="pictures", everywhere=everywhere, note="")
        node["tabs"], node["variants"] = tabs_of(recordings), {}
        for method, pictures in made.items():
            recording = recordings[method]
            if not everywhere:
                node += nodes.paragraph("", "", nodes.strong("", f"Under {method}:"))
            for picture in pictures:
                node += self.plain(recording, picture)
            html = "".join(html_of(p, partial(self.address, recording)) for p in pictures)
            node["variants"][method] = html or '<p class="silent">No pictures.</p>'
        self.set_source_info(node)
        return [node]

    def look(self, recording: Recording, picture: Picture) -> tuple[object, ...]:
        """Return what two pictures that look the same have in common."""
        data = self.beside(recording, picture.file).read_bytes() if picture.file else b""
        return picture.title, picture.saved, picture.left_out, data

    def address(self, recording: Recording, picture: Picture) -> str:
        """Return a mark for a picture's address: :func:`gallery.page.visit_html` puts it in."""
        return IMAGE + self.source(recording, picture.file)

    def plain(self, recording: Recording, picture: Picture) -> nodes.Node:
        """Return the same for builders without HTML, and for Sphinx to find the image."""
        if picture.left_out:
            return nodes.paragraph("", words(picture))
        return nodes.image(uri="/" + self.source(recording, picture.file), alt=picture.title)


def pictures_of(recording: Recording, cell: int) -> list[Picture]:
    """Return the pictures of one cell."""
    return [picture for picture in recording.pictures if picture.cell == cell]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("pictures", PicturesDirective)
