"""The videos: data with a schema, shown as plain links. Nothing is embedded, nobody is tracked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from gallery import yaml_data
from gallery.in_words import inline
from gallery.lessons.build import build_of
from gallery.lessons.links import lesson_link
from gallery.nodes import begin_section

SCHEMA = json.loads(Path(__file__).with_name("schema.json").read_text("utf-8"))
CATEGORIES: list[str] = SCHEMA["items"]["properties"]["category"]["enum"]
WATCH = "https://www.youtube.com/watch?v="


@dataclass(frozen=True)
class Video:
    """A talk. ``year`` and ``length`` are left out where they are not known."""

    category: str
    id: str
    title: str
    speaker: str
    event: str
    good_for: str
    outdated: str
    lesson: str
    year: int | None = None
    length: str = ""

    @property
    def facts(self) -> str:
        """Speaker, event, year and length; a year that the event names is not said twice."""
        year = "" if not self.year or str(self.year) in self.event else str(self.year)
        return ", ".join(fact for fact in (self.speaker, self.event, year, self.length) if fact)


class VideosError(Exception):
    """A list that cannot be shown; the message has a line for each reason."""


def read_videos(path: Path, snippets: Path) -> list[Video]:
    """Read the list of videos.

    Raises VideosError with file, line, video and the way out for each thing that is wrong.
    """
    try:
        read = yaml_data.read(path)
    except yaml_data.DataError as error:
        raise VideosError(str(error)) from None
    wrong = list(_wrong(read, snippets))
    if wrong:
        raise VideosError("\n".join(wrong))
    return [Video(**fields) for fields in read.value]


def _wrong(read: yaml_data.Data, snippets: Path) -> Iterator[str]:
    for place, words in yaml_data.complaints(read, SCHEMA):
        item = read.value[place[0]] if place else None
        which = f" video {item.get('id', '(without id)')!r}:" if isinstance(item, dict) else ""
        yield f"{read.at(*place)}:{which} {words}"
    first: dict[str, str] = {}
    for number, item in enumerate(read.value if isinstance(read.value, list) else ()):
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(name, str):
            continue
        if name in first:
            yield f"{read.at(number)}: video {name!r} stands at {first[name]} already; leave one"
        first.setdefault(name, read.at(number))
        lesson = item.get("lesson")
        if isinstance(lesson, str) and not (snippets / f"{lesson}.py").is_file():
            yield (
                f"{read.at(number, 'lesson')}: video {name!r}: there is no lesson {lesson!r}; "
                "name one that is there"
            )


class VideosDirective(SphinxDirective):
    """``.. videos:: videos.yaml``: the list in its categories; the file is beside the page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Show a section for each category."""
        _, name = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(name)
        try:
            videos = read_videos(Path(name), build_of(self.env).snippets)
        except VideosError as error:
            raise self.error(str(error)) from None
        found: list[nodes.Node] = []
        for category in CATEGORIES:
            section = begin_section(self.state.document, category)
            items = nodes.definition_list(classes=["videos"])
            items += [self._item(v) for v in videos if v.category == category]
            if items.children:
                section += items
                found.append(section)
        return found

    def _item(self, video: Video) -> nodes.definition_list_item:
        link = nodes.reference("", video.title, refuri=WATCH + video.id)
        today = nodes.paragraph("", "", nodes.strong("", "Today: "), *inline(video.outdated))
        today += [nodes.Text(" See "), lesson_link(self.env, video.lesson), nodes.Text(".")]
        return nodes.definition_list_item(
            "",
            nodes.term("", "", link),
            nodes.definition(
                "",
                nodes.paragraph("", video.facts + "."),
                nodes.paragraph("", "", *inline(video.good_for)),
                today,
            ),
        )
