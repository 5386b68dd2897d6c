"""The list of videos: data with a schema, shown as plain links."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from gallery import __main__ as command
from gallery import network
from gallery.videos.talks import CATEGORIES, VideosError, read_videos

ROOT = Path(__file__).resolve().parents[2]
GOOD = """
- category: Performance
  id: abc-DEF_123
  title: "A talk: with a colon"
  speaker: Ada
  event: PyCon 2019
  year: 2019
  length: "1:02:03"
  good_for: To see `code`.
  outdated: Much.
  lesson: tiny/one
"""


@pytest.fixture
def read(tmp_path):
    """Read a list of videos, beside one lesson."""
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "one.py").write_text('"""One\n===\n"""\nprint(1)\n')

    def read_text(text: str):
        (tmp_path / "videos.yaml").write_text(text, "utf-8")
        return read_videos(tmp_path / "videos.yaml", tmp_path)

    return read_text


def test_a_video_and_its_facts(read):
    (video,) = read(GOOD)
    assert video.facts == "Ada, PyCon 2019, 1:02:03"  # the year is not said twice
    (video,) = read(GOOD.replace("PyCon 2019", "A channel"))
    assert video.facts == "Ada, A channel, 2019, 1:02:03"
    (video,) = read(re.sub(r"  (year|length): .*\n", "", GOOD))
    assert video.facts == "Ada, PyCon 2019"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("abc-DEF_123", "abc-DEF_12", 3, "the 11 characters behind watch?v="),
        ("abc-DEF_123", "https://x.y/", 3, "the 11 characters"),
        ("Performance", "Cats", 2, "give one of Multiprocessing Basics, Advanced"),
        ("tiny/one", "tiny/gone", 11, "there is no lesson 'tiny/gone'"),
        ("  good_for: To see `code`.\n", "", 2, "'good_for' is missing"),
        ("Much.", '""', 10, "what is out of date"),
        ("year: 2019", "year: '2019'", 7, "give a whole number"),
        ("year: 2019", "year: 19", 7, "leave it out where it is not known"),
        ('"1:02:03"', '"an hour"', 8, "hours:minutes:seconds"),
        ('"1:02:03"', "1:02:03", 8, "put it in quotes"),
        ("speaker", "speeker", 2, "did you mean 'speaker'?"),
        ("- category", "  category", 2, "give a list"),
    ],
)
def test_a_bad_entry_is_refused_with_its_line(read, old, new, line, words):
    with pytest.raises(VideosError) as error:
        read(GOOD.replace(old, new))
    assert words in str(error.value)
    assert f"videos.yaml:{line}:" in str(error.value)


def test_a_video_stands_there_once(read):
    with pytest.raises(VideosError, match=r"yaml:12: .*'abc-DEF_123' stands at .*yaml:2 already"):
        read(GOOD + GOOD.lstrip())


def test_the_page_has_plain_links_in_categories_and_nothing_else(make_site):
    site = make_site()
    site.lesson("one", "print(1)\n")
    (site.root / "docs" / "videos.yaml").write_text(GOOD)
    index = site.root / "docs" / "index.md"
    index.write_text(index.read_text() + "\n```{videos} videos.yaml\n```\n")
    assert site.build().status == 0, site.log
    page = (site.root / "build" / "html" / "index.html").read_text()
    assert '<h2>Performance<a class="headerlink"' in page
    assert "Advanced Techniques" not in page  # no video, no heading
    link = 'href="https://www.youtube.com/watch?v=abc-DEF_123">A talk: with a colon</a>'
    assert link in page
    assert re.search(
        r'Today: </strong>Much\. See <a class="reference internal" href="[^"]*one', page
    )
    words = page[page.index("<article") : page.index("</article>")]
    assert "A talk: with a colon" in words
    assert not re.search(r"<iframe|<img|ytimg|youtube-nocookie", words)
    assert not re.search(r"<iframe|ytimg|youtube-nocookie", page)


def test_a_bad_list_fails_the_build(make_site):
    site = make_site()
    site.lesson("one", "print(1)\n")
    (site.root / "docs" / "videos.yaml").write_text(GOOD.replace("tiny/one", "tiny/gone"))
    index = site.root / "docs" / "index.md"
    index.write_text(index.read_text() + "\n```{videos} videos.yaml\n```\n")
    site.build()
    assert site.status != 0
    assert "there is no lesson 'tiny/gone'" in site.log


def test_the_project_s_list_has_twenty_in_four_categories():
    videos = read_videos(ROOT / "docs" / "videos.yaml", ROOT / "snippets")
    assert Counter(v.category for v in videos) == dict.fromkeys(CATEGORIES, 5)
    assert len({v.good_for for v in videos}) == len({v.outdated for v in videos}) == 20


def test_links_are_not_checked_without_a_network_and_that_is_said(monkeypatch, capsys):
    monkeypatch.setattr(network.network, "__defaults__", ("http://127.0.0.1:9/", 1.0))
    assert command.main(["links"]) == 0
    assert "not checked: no network" in capsys.readouterr().out


def test_a_name_that_nobody_knows_is_no_network():
    assert not network.network("http://host.invalid/", 1.0)


def test_the_schema_is_json_with_all_categories():
    schema = json.loads((ROOT / "gallery" / "videos" / "schema.json").read_text())
    assert schema["items"]["additionalProperties"] is False
    assert len(CATEGORIES) == 4
