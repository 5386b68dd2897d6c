"""Of the downloads, what changed is made anew and nothing else; what is gone goes."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest
from sphinx.errors import ExtensionError

from gallery.downloads import offered_files
from gallery.lesson import Lesson
from gallery.lessons.build import build_of
from tests.test_gallery.test_downloads.project import Project, recording

ALL = {"notebook": 3, "trace": 9, "zipped": 3}  # one zip is the course's


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    """Make a project whose downloads are made."""
    made = Project(tmp_path / "project")
    assert made.build(monkeypatch) == ALL
    return made


def test_what_there_is(project):
    scripts = {"first/one", "first/two", "second/three"}
    methods = ("fork", "spawn", "forkserver")
    kinds = ("recording", "trace")
    assert project.names == {
        *(f"{name}{end}" for name in scripts for end in (".py", ".ipynb")),
        *(f"{n}.{m}.{k}.json" for n in scripts for m in methods for k in kinds),
        *("multiprocessing-by-example.zip", "first.zip", "second.zip", "SHA256SUMS"),
    }


def test_an_unchanged_build_makes_nothing(project, monkeypatch):
    listed = project.downloads.with_suffix(".json")
    before = listed.stat().st_mtime_ns
    assert project.build(monkeypatch) == {}
    assert listed.stat().st_mtime_ns == before


def test_a_changed_lesson_is_made_anew_with_its_zips(project, monkeypatch):
    project.lesson("first/one", next="two", word="other")
    assert project.build(monkeypatch) == {"notebook": 1, "zipped": 2}
    assert "other" in (project.downloads / "first/one.py").read_text()


def test_a_changed_recording_is_made_anew_alone(project, monkeypatch):
    file = project.recordings(project.root / "snippets/first/one.py")["spawn"]
    file.write_text(recording("first/one", "spawn", "something else").to_json())
    assert project.build(monkeypatch) == {"trace": 1}
    assert "something else" in (project.downloads / "first/one.spawn.trace.json").read_text()


def test_what_only_the_search_asks_changes_no_zip(project, monkeypatch):
    project.lesson("first/one", next="two", asked="other words")
    assert project.build(monkeypatch) == {"notebook": 1}


def test_a_changed_title_changes_the_notebooks_that_name_it(project, monkeypatch):
    project.lesson("first/one", next="two", title="Another title")
    assert project.build(monkeypatch) == {"notebook": 2, "zipped": 2}
    assert "Another title" in (project.downloads / "first/two.ipynb").read_text()


@pytest.mark.parametrize(
    ("what", "made"),
    [
        ("first/one.ipynb", {"notebook": 1}),
        ("first/one.fork.trace.json", {"trace": 1}),
        ("first.zip", {"zipped": 1}),
    ],
)
@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_what_is_missing_or_cut_is_made_anew(project, monkeypatch, what, made, damage):
    file = project.downloads / what
    whole = file.read_bytes()
    file.unlink() if damage == "missing" else file.write_bytes(whole[:-1])
    assert project.build(monkeypatch) == made
    assert file.read_bytes() == whole


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"first/one": 1}', '{"first/one": {"key": 1}}'])
def test_a_list_that_cannot_be_used_is_as_none(project, monkeypatch, text):
    project.downloads.with_suffix(".json").write_text(text)
    assert project.build(monkeypatch) == ALL
    assert project.build(monkeypatch) == {}


def test_what_is_no_longer_offered_goes(project, monkeypatch):
    before = project.names
    (project.root / "snippets/first/two.py").unlink()
    project.lesson("first/one", next="one")
    assert project.build(monkeypatch) == {"notebook": 1, "zipped": 2}
    gone = {name for name in before if name.startswith("first/two.")}
    assert len(gone) == 8
    assert project.names == before - gone
    assert "first/two" not in (project.downloads / "SHA256SUMS").read_text()


def test_a_chapter_that_is_gone_goes_with_its_page(project, monkeypatch):
    page = project.root / "docs/downloads/second.md"
    assert "chapter-downloads} second" in page.read_text()
    for file in (project.root / "snippets/second").iterdir():
        file.unlink()
    assert project.build(monkeypatch) == {"zipped": 1}
    assert not {name for name in project.names if name.startswith("second")}
    assert not page.exists()


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("OF_LESSONS", {"notebook": 3}),
        ("OF_RECORDINGS", {"trace": 9}),
        ("OF_ZIPS", {"zipped": 3}),
    ],
)
def test_other_code_makes_them_anew(project, monkeypatch, tmp_path, code, made):
    more = tmp_path / "more.py"
    more.write_text("x = 1\n")
    monkeypatch.setattr(offered_files, code, (*getattr(offered_files, code), more))
    assert project.build(monkeypatch) == made


def test_the_code_that_makes_them_is_all_there():
    files = [getattr(offered_files, name) for name in ("OF_LESSONS", "OF_RECORDINGS", "OF_ZIPS")]
    assert all(path.is_file() for paths in files for path in paths)


def test_the_sums_are_those_that_sha256sum_takes(project):
    lines = (project.downloads / "SHA256SUMS").read_text().splitlines()
    assert {line.partition("  ")[2] for line in lines} == project.names - {"SHA256SUMS"}
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
        cwd=project.downloads,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_entries_tell_sizes_and_hashes(project):
    kinds = ("zips", "formats", "site")
    names = [[x.path for x in offered_files.of_kind(project.app, kind)] for kind in kinds]
    course = "multiprocessing-by-example.zip"
    assert names == [[course, "first.zip", "second.zip"], ["SHA256SUMS"], []]
    one = Lesson.read(project.root / "snippets/first/one.py")
    entries = offered_files.of_lesson(project.app, one)
    assert len(entries) == 8
    for entry in entries:
        content = (project.downloads / entry.path).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (entry.size, entry.sha256)


def test_a_file_that_two_lessons_read_is_offered_once(project, monkeypatch):
    for name in ("one", "two"):
        path = project.root / f"snippets/first/{name}.py"
        path.write_text(path.read_text() + "# sphinx_gallery_lesson_files = ['words.txt']\n")
        path.with_name("words.txt").write_text("one two")
    project.build(monkeypatch)
    assert (project.downloads / "SHA256SUMS").read_text().count("words.txt") == 1
    path.write_text(path.read_text().replace("# sphinx_gallery_lesson_files", "# no more files"))
    project.build(monkeypatch)
    assert (project.downloads / "first/words.txt").read_text() == "one two"
    path.with_name("words.txt").write_text("three")
    assert project.build(monkeypatch) == {"notebook": 1, "zipped": 2}
    assert (project.downloads / "first/words.txt").read_text() == "three"


def published(project: Project) -> dict[str, int]:
    """Return the files of the built site and the inode of each: a copy has another."""
    html = project.root / "build" / "html"
    files = (path for path in html.rglob("*") if path.is_file())
    return {path.relative_to(html).as_posix(): path.stat().st_ino for path in files}


def test_only_what_changed_is_copied_to_the_site(project, monkeypatch):
    copied = []
    copy = offered_files.shutil.copy2

    def noted(source: Path, target: Path) -> None:
        copied.append(target.name)
        copy(source, target)

    monkeypatch.setattr(offered_files.shutil, "copy2", noted)
    assert build_of(project.app).published == {f"downloads/{name}" for name in project.names}
    assert published(project).keys() == build_of(project.app).published
    project.build(monkeypatch)
    assert copied == []
    assert published(project).keys() == build_of(project.app).published
    project.lesson("first/one", next="two", word="other")
    project.build(monkeypatch)
    course = "multiprocessing-by-example.zip"
    assert set(copied) == {"one.py", "one.ipynb", "first.zip", course, "SHA256SUMS"}
    cut = project.root / "build/html/downloads/first/two.py"
    cut.write_bytes(b"")
    project.build(monkeypatch)
    assert cut.read_bytes() == (project.downloads / "first/two.py").read_bytes()


def test_the_page_of_one_lesson_makes_no_downloads(project, monkeypatch):
    project.lesson("first/one", word="other")
    assert project.build(monkeypatch, only_lesson="first/one") == {}
    assert build_of(project.app).published == set()
    assert len(offered_files.of_kind(project.app, "zips")) == 3


def test_the_zip_of_the_site_is_offered_where_it_is_not_for_that(project, monkeypatch):
    name = "multiprocessing-by-example-html.zip"
    (project.root / "build" / name).write_bytes(b"a site")
    project.build(monkeypatch)
    assert [x.path for x in offered_files.of_kind(project.app, "site")] == [name]
    assert (project.downloads / name).read_bytes() == b"a site"
    project.build(monkeypatch, for_offline_zip=True)
    assert offered_files.of_kind(project.app, "site") == []
    assert name not in project.names
    assert name not in (project.downloads / "SHA256SUMS").read_text()


def test_what_cannot_be_made_names_the_lesson_and_the_line(project, monkeypatch):
    path = project.root / "snippets/first/one.py"
    code = "count = 0\n# %%\ndef add():\n    global count\n    count += 1\n"
    path.write_text(f'"""\nOne\n===\n"""\n{code}')
    bad = project.recordings(project.root / "snippets/second/three.py")["fork"]
    bad.write_text("{")
    with pytest.raises(ExtensionError) as caught:
        project.build(monkeypatch)
    assert f"{path}:7: a function rebinds 'count'" in str(caught.value)
    assert str(bad) in str(caught.value)


def test_what_cannot_be_read_is_named(project, monkeypatch):
    calling = project.root / "tests/calling.py"
    (project.root / "tests/test_snippets/first").mkdir(parents=True)
    (project.root / "tests/test_snippets/first/test_one.py").touch()
    calling.unlink()
    with pytest.raises(ExtensionError, match=f"{calling}: cannot be read: No such file"):
        project.build(monkeypatch)


def test_where_nothing_can_be_written_the_file_is_named(project, monkeypatch):
    file = project.downloads / "first/one.ipynb"
    file.unlink()
    file.mkdir()
    with pytest.raises(ExtensionError) as caught:
        project.build(monkeypatch)
    assert f"{file}: a download cannot be written: Is a directory" in str(caught.value)
    assert "downloads_dir in conf.py" in str(caught.value)


def test_the_list_has_no_path_of_this_machine(project):
    assert str(project.root) not in project.downloads.with_suffix(".json").read_text()
    listing = json.loads(project.downloads.with_suffix(".json").read_text())
    assert {len(one["key"]) for name, one in listing.items() if name != "SHA256SUMS"} == {32}


def test_another_build_s_unfinished_file_is_left_alone(project, monkeypatch):
    unfinished = Path(project.downloads, "first", f".one.py.{os.getpid()}.new")
    unfinished.touch()
    project.build(monkeypatch)
    assert unfinished.exists()
