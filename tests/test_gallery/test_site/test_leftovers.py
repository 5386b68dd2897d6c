"""What a build no longer writes goes, what is not of builds stays, and pages tell of it."""

import re
from types import SimpleNamespace
from typing import Any
from zlib import crc32

import gallery.site
from gallery.site import leftovers
from tests.test_gallery.test_site.conftest import CODE


def test_what_is_gone_goes_and_what_is_not_ours_stays(make_site):
    site = make_site()
    for name in ("one", "three", "two"):
        site.lesson(name, CODE.format(day=1))
    chapter = site.chapter("other")
    lesson = site.lesson("alone", CODE.format(day=1), chapter="other")
    site.build()
    assert site.status == 0, site.log
    html = site.root / "build" / "html"
    assert 'href="three.html"' in site.page("one")
    foreign = [html / "lessons/tiny/two.txt", html / "lessons/other/mine.html", html / "x.html.md"]
    for path in foreign:
        path.write_text("not of a build")
    times = {path: path.stat().st_mtime_ns for path in html.rglob("*.html")}
    ours = [
        html / "lessons" / f"{name}.html{end}"
        for name in ("tiny/three", "other/index", "other/alone")
        for end in ("", ".md")
    ]
    assert all(path.is_file() for path in ours)

    (site.root / "snippets" / "tiny" / "three.py").unlink()
    lesson.unlink()
    (chapter / "GALLERY_HEADER.rst").unlink()
    site.build()
    assert site.status == 0, site.log
    assert [path for path in ours if path.exists()] == []
    assert all(path.is_file() for path in foreign)
    for name in ("one", "two"):  # neither was changed, and each named what came after or before
        assert "three.html" not in site.page(name)
    assert "three" not in (html / "llms.txt").read_text()

    times = {path: path.stat().st_mtime_ns for path in html.rglob("*.html.md")}
    (html / "lessons/other/mine.html").unlink()
    site.build()
    assert times == {path: path.stat().st_mtime_ns for path in times}, "pages were written anew"

    (link,) = re.findall(r'site-pages\.css\?v=([0-9a-f]+)"', site.page("one"))
    assert link == f"{crc32((html / '_static/site-pages.css').read_bytes()):08x}"


def test_pictures_and_downloads_of_pages_belong_to_the_site(monkeypatch):
    """And nothing but what a build knows of."""
    build = SimpleNamespace(published={"downloads/tiny.zip"})
    monkeypatch.setattr(leftovers, "build_of", lambda app: build)
    env = SimpleNamespace(
        found_docs={"tiny/one"},
        images={"/a/b/x.svg": ({"tiny/one"}, "x1.svg")},
        dlfiles={"/a/y.txt": ({"tiny/one"}, "sum/y.txt")},
    )
    builder = SimpleNamespace(imagedir="_images", get_outfilename=lambda name: f"/site/{name}.html")
    app: Any = SimpleNamespace(env=env, builder=builder, outdir="/site")
    assert leftovers.written(app) == {
        *("tiny/one.html", "tiny/one.html.md", "downloads/tiny.zip"),
        *("_images/x1.svg", "_downloads/sum/y.txt"),
    }


def test_pages_are_written_anew_where_code_or_styles_have_changed(tmp_path):
    """A comment in a style counts, too: the files' addresses have a sum of their contents."""

    def version() -> str:
        config: Any = SimpleNamespace(html_static_path=["static"], site_version="")
        app: Any = SimpleNamespace(confdir=tmp_path)
        gallery.site.note_version(app, config)
        return str(config.site_version)

    style = tmp_path / "static" / "a.css"
    style.parent.mkdir()
    style.write_text("a {}")
    before = version()
    assert before == version()
    style.write_text("a { color: red }")
    assert before != version()
