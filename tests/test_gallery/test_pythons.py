"""Each start method is recorded on a Python that has it; tabs never claim more than that."""

import sys
from dataclasses import replace

import pytest

from gallery import pythons, tabs
from gallery.lesson import Lesson
from gallery.pythons import Found, look_at, recorded_on, why_not_recorded
from gallery.tabs import platform_of
from multitrack.interpreters import about
from multitrack.recording import Interpreter, Recording

HERE = about(sys.executable)
FOR_TABS = pythons.for_tabs.__wrapped__  # conftest.py replaces it
NEWER = "# sphinx_gallery_lesson_needs_python = (3, 14)\n"


@pytest.fixture
def have(monkeypatch):
    """Have Pythons of these versions, the first of them our own; paths are the versions."""

    def have(own: str, *others: str) -> None:
        found = [
            Found(sys.executable if version == own else version, replace(HERE, version=version))
            for version in (own, *others)
        ]
        monkeypatch.setattr(pythons, "for_tabs", lambda: tuple(found))

    return have


def versions(write, settings: str = "") -> list[str]:
    """Return which Python a lesson is recorded on under fork, forkserver and spawn."""
    own = pythons.for_tabs()[0]
    found = recorded_on(Lesson.read(write("x = 1\n" + settings)))
    return [own.about.version if p == own.path else p for p in found.values()]


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        (["3.11.7"], ["3.11.7", "3.11.7", "3.11.7"]),
        (["3.15.2"], ["3.15.2", "3.15.2", "3.15.2"]),
        (["3.11.7", "3.13.9", "3.13.18"], ["3.13.18", "3.13.18", "3.13.18"]),
        (["3.11.7", "3.13.18", "3.14.10", "3.15.2"], ["3.13.18", "3.15.2", "3.15.2"]),
        (["3.15.2", "3.9.1", "3.12.9", "3.14.10"], ["3.12.9", "3.15.2", "3.15.2"]),
    ],
)
def test_each_start_method_is_recorded_on_the_newest_that_has_it(write, have, there, chosen):
    """By number, not by letter; else on the newest of all."""
    have(*there)
    assert versions(write) == chosen


def test_a_lesson_that_needs_a_newer_python(write, have):
    """It is recorded where there is one, also under fork; else nowhere, and says so."""
    have("3.11.7", "3.13.18", "3.14.10", "3.15.2")
    assert versions(write, NEWER) == ["3.15.2", "3.15.2", "3.15.2"]
    have("3.11.7", "3.13.18")
    lesson = Lesson.read(write(NEWER + "x = 1\n"))
    assert recorded_on(lesson) == {}
    assert why_not_recorded(lesson) == "the lesson needs Python 3.14, newer than all here"


def test_a_lesson_that_needs_libraries_is_recorded_in_the_projects_environment(write, have):
    have("3.11.7", "3.13.18", "3.15.2")
    needs = '# sphinx_gallery_lesson_needs = ["psutil"]\n'
    assert versions(write, needs) == ["3.11.7", "3.11.7", "3.11.7"]
    assert versions(write, needs + NEWER) == []


def test_of_the_same_version_ours_is_taken(write, have):
    have("3.15.2", "3.15.2")
    assert versions(write) == ["3.15.2"] * 3
    assert set(recorded_on(Lesson.read(write("x = 1\n"))).values()) == {sys.executable}


@pytest.fixture
def found(monkeypatch):
    """Look for Pythons among these paths; return which are taken besides our own."""

    def found(*paths: str) -> list[str]:
        monkeypatch.setattr(pythons, "searched", lambda: paths)
        first, *others = FOR_TABS()
        assert first.path == sys.executable
        return [one.path for one in others]

    return found


def test_only_what_readers_have_counts(found, fake_python, monkeypatch):
    """No release candidate, no free-threaded build, nothing that does not work."""
    good, early = fake_python("3.13.18"), fake_python("3.15.0rc1")
    assert found(early, good, "/nowhere/python3.14") == [good]
    free = replace(look_at([good])[0], about=replace(HERE, free_threaded=True))
    monkeypatch.setattr(pythons, "look_at", lambda paths: [free])
    assert found(good) == []


def test_only_the_newest_on_each_side_are_started(found, fake_python, monkeypatch):
    """An older one where the newer does not work; of one version all."""
    old, new, newer = (fake_python(v) for v in ("3.11.9", "3.13.5", "3.13.18"))
    started = []

    def noted(paths):
        started.extend(paths)
        return look_at(paths)

    monkeypatch.setattr(pythons, "look_at", noted)
    assert found(old, new, newer, fake_python("3.14.2"), "/nowhere/3.15.1/bin/python") == [
        *(fake_python("3.14.2"), new, newer)
    ]
    assert started == ["/nowhere/3.15.1/bin/python", fake_python("3.14.2"), new, newer]


def test_each_is_started_once(fake_python, tmp_path):
    """A build asks whenever it begins."""
    path = fake_python("3.13.18")
    log = tmp_path / "starts"
    script = open(path).read()  # noqa: SIM115, PTH123
    with open(path, "w") as file:  # noqa: PTH123
        file.write(script.replace("#!/bin/sh\n", f"#!/bin/sh\necho start >> {log}\n"))
    (found,) = look_at([path])
    assert found.about.version == "3.13.18"
    assert log.read_text() == "start\n"


def recorded(method: str, python: Interpreter) -> Recording:
    return Recording("a/b", method, python, "kernel", "polling", True, 1.0, (), (), ())


@pytest.mark.parametrize(
    ("method", "version", "words"),
    [
        ("fork", "3.13.18", "Linux, Python to 3.13"),
        ("fork", "3.14.10", "recorded on 3.14"),
        ("forkserver", "3.14.10", "Linux, Python 3.14 and later"),
        ("forkserver", "3.11.7", "recorded on 3.11"),
        ("spawn", "3.15.2", "macOS, Windows"),
    ],
)
def test_a_platform_is_named_only_where_its_python_was_there(method, version, words):
    assert platform_of(recorded(method, Interpreter("cpython", version, "linux"))) == words


@pytest.mark.parametrize(
    ("method", "platform", "free", "words"),
    [
        ("fork", "darwin", False, "recorded on 3.13"),
        ("spawn", "darwin", False, "macOS, Windows"),
        ("fork", "linux", True, "recorded on 3.13, free-threaded"),
    ],
)
def test_nor_for_another_platform_or_build(method, platform, free, words):
    python = Interpreter("cpython", "3.13.18", platform, free)
    assert platform_of(recorded(method, python)) == words


def test_each_system_and_python_is_named_once():
    """With the start methods that were recorded there."""
    on = {"fork": "3.13.18", "forkserver": "3.15.2", "spawn": "3.15.2"}
    runs = [recorded(m, Interpreter("cpython", version, "linux")) for m, version in on.items()]
    said = "Linux: under fork with Python 3.13.18, under forkserver and spawn with 3.15.2"
    assert tabs.recorded_on(runs) == said
    runs[2] = recorded("spawn", Interpreter("cpython", "3.15.2", "darwin"))
    said = "Linux: under fork with Python 3.13.18, under forkserver with 3.15.2; macOS: under spawn"
    assert tabs.recorded_on(runs) == f"{said} with Python 3.15.2"


def test_a_build_records_on_what_it_finds_and_follows_when_that_changes(make_site, fake_python):
    """Pages name the Pythons, and are made anew with others, also those kept from before."""
    site = make_site()
    site.lesson("differs", "import multiprocessing as m\nprint('by', m.get_start_method())\n")
    own = "{}.{}".format(*sys.version_info)
    assert site.build().status == 0, site.log
    before, listed = site.page("differs"), site.page("index")
    assert before.count(f"<small>recorded on {own}</small>") >= 3  # switch, cell, whole run
    version = "{}.{}.{}".format(*sys.version_info)
    assert f"Recorded on Linux: under fork, forkserver and spawn with Python {version}." in before

    site.find(fake_python("3.14.77"), fake_python("3.13.99"))
    assert site.build().status == 0, site.log
    page = site.page("differs")
    assert page.count("forkserver <small>Linux, Python 3.14 and later</small>") == 2
    assert "under fork with Python 3.13.99, under forkserver and spawn with 3.14.77." in page
    assert "Recorded on CPython 3.14.77, Linux, under spawn" in page
    assert "Recorded on CPython 3.13.99, Linux, under fork" in page

    site.find()
    assert site.build().status == 0, site.log
    assert site.page("differs") == before, "the kept recordings, with their times"
    assert site.page("index") == listed, "with a small picture of one of them"
