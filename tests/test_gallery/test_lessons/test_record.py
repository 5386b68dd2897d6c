"""Recording in a build, without Sphinx where that is possible."""

import errno
import secrets
import shutil
import sys
import threading
import uuid
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from sphinx.errors import ExtensionError

from gallery.lesson import Lesson
from gallery.lessons import record
from gallery.lessons.build import read_all
from gallery.lessons.record import NotWell, alike, complaints, make_recordings
from gallery.pair import Pair, pairs_of
from multitrack import cache, own_shm
from multitrack.pool import record_all

FAILS = """
import multiprocessing, os
def work(): print("last words"); os._exit(3)
if __name__ == "__main__":
    child = multiprocessing.Process(target=work); child.start(); child.join()
"""


@pytest.fixture
def folder(tmp_path):
    """Where recordings are kept."""
    return tmp_path / "recordings"


def only_fork(code: str) -> str:
    """Restrict a lesson, to save time."""
    return code + (
        "\n# sphinx_gallery_lesson_start_methods = ['fork']"
        "\n# sphinx_gallery_lesson_start_methods_reason = 'to save time'\n"
    )


def said(lesson: Lesson, folder) -> list[str]:
    """Record and return the complaints."""
    return list(complaints([lesson], make_recordings([lesson], folder)))


def test_each_start_method_is_recorded_once(write, folder, monkeypatch):
    """And what is kept is not recorded again."""
    lesson = Lesson.read(write("print(1)"))
    recordings = make_recordings([lesson], folder)
    assert [method for _, method in sorted(recordings)] == ["fork", "forkserver", "spawn"]
    assert all(r.ok and r.key for r in recordings.values())
    monkeypatch.setattr(record, "record_all", lambda jobs, _: iter(assert_none(jobs)))
    assert make_recordings([lesson], folder) == recordings


def assert_none(jobs):
    """Fail if there is anything to do."""
    assert not jobs
    return jobs


def test_a_child_that_ends_badly_is_complained_of(write, folder):
    """File, start method, label, ending, last words, way out; unless it is meant."""
    path = write(only_fork(FAILS))
    (complaint,) = said(Lesson.read(path), folder)
    assert complaint.startswith(
        f"{path} under fork: child 1 ended with 3; it last said 'last words'."
    )
    assert '# sphinx_gallery_lesson_failures = "..."' in complaint
    meant = write(only_fork(FAILS) + '# sphinx_gallery_lesson_failures = "shown on purpose"\n')
    assert said(Lesson.read(meant), folder) == []


def test_a_main_that_fails_is_complained_of_and_not_kept(write, folder):
    """Whatever the lesson says of failures; the next build tries again."""
    path = write(only_fork("1/0\n") + '# sphinx_gallery_lesson_failures = "children"\n')
    lesson = Lesson.read(path)
    (complaint,) = said(lesson, folder)
    assert complaint.startswith(f"{path} under fork: main ended with 1 at line 1; it last said")
    assert cache.load(lesson, "fork", folder) == (None, "")


def test_what_had_to_be_ended_is_one_complaint(write, folder):
    """Not one more for each process that was killed."""
    code = "import multiprocessing, time\n"
    code += "for _ in range(3): multiprocessing.Process(target=time.sleep, args=(60,)).start()\n"
    lesson = Lesson.read(write(only_fork(code) + "# sphinx_gallery_lesson_timeout = 0.5\n"))
    with pytest.raises(NotWell) as caught:
        make_recordings([lesson], folder)
    assert str(caught.value).count(str(lesson.path)) == 1
    assert "did not end within 0.5 seconds" in str(caught.value)
    assert str(caught.value).count("  Process-") == 3


def test_a_missing_guard_is_explained(write, folder):
    """Below the complaint."""
    code = "import multiprocessing\nmultiprocessing.Process(target=print).start()\n"
    code = only_fork(code).replace("['fork']", "['spawn']")
    (complaint,) = said(Lesson.read(write(code)), folder)
    assert "child 1 ended with 1" in complaint
    assert "must stand under if __name__" in complaint


def test_scripts_that_cannot_be_read(write, tmp_path):
    """All of them are told of at once, and the good ones are there."""
    good, bad = write("x = 1", "a/good.py"), write("x = (", "a/bad.py")
    lessons, wrong = read_all([good, bad, tmp_path / "none.py"])
    assert [x.path for x in lessons] == [good]
    assert [w.partition(": ")[0] for w in wrong] == [f"{bad}:1", str(tmp_path / "none.py")]


def test_a_bad_entry_is_recorded_anew(write, folder):
    """And is good then."""
    lesson = Lesson.read(write(only_fork("print(1)")))
    make_recordings([lesson], folder)
    path = cache.path_of(lesson.name, "fork", folder)
    path.write_text(path.read_text()[:100])
    assert make_recordings([lesson], folder)[lesson.name, "fork"].ok
    assert cache.load(lesson, "fork", folder)[0]


def test_a_full_disk(write, folder, monkeypatch):
    """The build ends with what to do about it."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache, "save", full)
    with pytest.raises(ExtensionError, match=r"No space left on device\. Make room there"):
        make_recordings([Lesson.read(write(only_fork("print(1)")))], folder)


def test_much_output_is_kept_beside(write, folder):
    """Only while it belongs to what is kept."""
    lesson = Lesson.read(write(only_fork("for n in range(3000): print(n)")))
    recording = make_recordings([lesson], folder)[lesson.name, "fork"]
    home = cache.path_of(lesson.name, "fork", folder).parent
    assert (home / recording.full.file).read_text().count("\n") == 3000
    failing = Lesson.read(write(only_fork("for n in range(3000): print(n)\n1/0")))
    make_recordings([failing], folder)
    assert [p.name for p in home.glob("*.txt")] == [recording.full.file]


def test_a_measuring_lesson_is_recorded_alone(write, folder, monkeypatch):
    """Without a neighbour, in this build or in another."""
    asked = []

    def record_all(jobs, at_once):
        asked.append(([(j.path, j.alone) for j in jobs], at_once))
        return iter(())

    monkeypatch.setattr(record, "record_all", record_all)
    one = Lesson.read(write(only_fork("print(1)"), "a/one.py"))
    two = Lesson.read(
        write(only_fork("# sphinx_gallery_lesson_measures = True\nx = 1"), "a/two.py")
    )
    make_recordings([one, two], folder)
    assert asked == [([(str(one.path), False)], record.AT_ONCE), ([(str(two.path), True)], 1)]


def test_lessons_have_shared_memory_of_their_own(write, folder):
    """Where that can be had; what is left in it fails the build."""
    name = f"psm_{secrets.token_hex(6)}"
    path = Path("/dev/shm", name)
    lesson = Lesson.read(write(only_fork(f"open({str(path)!r}, 'w').close()")))
    if own_shm.way(sys.executable) is None:
        pytest.skip("it cannot be had here")
    (complaint,) = said(lesson, folder)
    assert complaint.endswith(f"left behind the shared memory segment {name}")
    assert not path.exists()


def test_what_appears_on_the_machine_is_not_kept(write, folder, monkeypatch):
    """Perhaps it is a neighbour's, and then for no page to show."""

    def without(jobs, at_once):
        for job in jobs:
            ((_, recording),) = record_all([replace(job, own_shm=False)], 1)
            assert name in recording.meanwhile
            yield job, recording

    name = f"psm_{secrets.token_hex(6)}"
    path = Path("/dev/shm", name)
    lesson = Lesson.read(write(only_fork(f"open({str(path)!r}, 'w').close()")))
    monkeypatch.setattr(record, "record_all", without)
    try:
        recording = make_recordings([lesson], folder)[lesson.name, "fork"]
    finally:
        path.unlink()
    assert recording.ok, recording.problems
    assert (recording.shared_memory, recording.meanwhile) == ("machine", ())


@pytest.mark.long  # two builds
def test_two_builds_at_once(write, folder):
    """Both have good recordings, and what is kept is whole."""
    lessons = [
        Lesson.read(write(only_fork(f"for n in range(2500): print({k}, n)"), f"a/l{k}.py"))
        for k in range(3)
    ]
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(make_recordings(lessons, folder)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(results) == 2
    for lesson in lessons:
        assert all(r[lesson.name, "fork"].ok for r in results)
        recording, why = cache.load(lesson, "fork", folder)
        assert why == ""
        texts = list(folder.glob(f"a/{lesson.path.stem}.*.txt"))
        assert [t.name for t in texts] == [recording.full.file]
    shutil.rmtree(folder)


def test_a_limit_that_is_hit_is_reported_at_once(write, folder):
    """The build does not wait for others, and leaves nothing of them running."""
    mark = f"60.{uuid.uuid4().int % 10**9}"
    code = f"import subprocess\nsubprocess.run(['sleep', '{mark}'])\n"
    slow = Lesson.read(write(only_fork(code), "a/slow.py"))
    code = "import time\ntime.sleep(60)\n# sphinx_gallery_lesson_timeout = 0.5\n"
    stuck = Lesson.read(write(only_fork(code), "a/stuck.py"))
    with pytest.raises(NotWell, match=r"stuck\.py under fork: did not end within 0\.5 s"):
        make_recordings([slow, stuck], folder)
    assert [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or ())] == []


def test_a_lesson_s_files_come_to_its_runs(write, folder):
    write("one two", "words.txt")
    code = "print(open('words.txt').read())\n# sphinx_gallery_lesson_files = ['words.txt']\n"
    recordings = make_recordings([Lesson.read(write(only_fork(code)))], folder)
    assert [[line.text for line in r.lines] for r in recordings.values()] == [["one two"]]


def test_a_library_that_is_not_installed_is_named_before_anything_is_recorded(make_site):
    site = make_site()
    code = "import psutil\nprint(psutil.__name__)\n# sphinx_gallery_lesson_needs = ['psutil']\n"
    site.lesson("good", code)
    site.lesson("lacks", code.replace("['psutil']", "['psutil', 'no-such-library']"))
    assert site.build().status == 2
    assert "lacks.py: it needs no-such-library, which is not installed here. Add it" in site.log
    assert "requirements/site.in" in site.log
    assert "needs psutil" not in site.log
    assert not list((site.root / "recordings").glob("*/*.json"))


# -- broken programs and their cures ---------------------------------------------------------------

RAISES = "print('before')\nraise ValueError('no')\n"
WAITS = "import time\nprint('before', flush=True)\ntime.sleep(60)\n"
KILLED = """
import multiprocessing, os, signal
def work(): os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":
    child = multiprocessing.Process(target=work); child.start(); child.join()
"""


@pytest.fixture
def pair(write):
    """Make a pair, ``pair(code, fails)``; the cured one prints "after"."""

    def pair(code: str, fails: object, cured: str = "print('after')\n") -> Pair:
        lesson = Lesson.read(write(only_fork("x = 1\n"), "tiny/one.py"))
        write(f"{code}\n# sphinx_gallery_lesson_fails = {fails!r}\n", "tiny/one.broken.py")
        write(cured, "tiny/one.cured.py")
        return pairs_of(lesson)[0]

    return pair


@pytest.mark.parametrize(
    ("code", "fails"),
    [
        (RAISES, "ValueError: no"),
        (RAISES, ["before", "ValueError"]),
        (RAISES, {"fork": "ValueError"}),
        (KILLED, "SIGKILL"),
        (WAITS + "# sphinx_gallery_lesson_timeout = 1\n", ["hangs", "before"]),
        ("print('before')", "wrong"),
        ("print('before')", {"spawn": "ValueError"}),  # not under the one that is recorded
    ],
)
def test_a_program_that_fails_as_it_says_is_kept(pair, folder, code, fails):
    """With its cure: the next build records neither."""
    pair = pair(code, fails)
    recordings = make_recordings(list(pair.programs), folder)
    assert list(complaints(list(pair.programs), recordings)) == []
    assert list(alike([pair], recordings, folder)) == []
    for program in pair.programs:
        kept, bad = cache.load(program, "fork", folder)
        assert (kept, bad) == (recordings[program.name, "fork"], "")


@pytest.mark.parametrize(
    ("code", "fails", "words"),
    [
        (RAISES, "TypeError", "'TypeError' is not in what it writes; main ended with 1, and last"),
        (
            RAISES,
            ["before", "hangs"],
            "it is to hang, and ends; main ended with 1, and last was wr",
        ),
        (
            RAISES,
            {"spawn": "ValueError"},
            "main ended with 1 at line 2; it last said 'ValueError: ",
        ),
        (RAISES, "wrong", "main ended with 1 at line 2"),
        (RAISES, "SIGKILL", "no process was ended by SIGKILL; main ended with 1"),
        (KILLED, {"spawn": "SIGKILL"}, "child 1 ended by SIGKILL. If that is meant, say why"),
    ],
)
def test_a_program_that_does_not_is_complained_of_and_not_kept(pair, folder, code, fails, words):
    pair = pair(code, fails)
    (complaint,) = said(pair.broken, folder)
    assert complaint.startswith(f"{pair.broken.path} under fork: {words}")
    kept, _ = cache.load(pair.broken, "fork", folder)
    assert kept is None or not pair.broken.settings.fails_under("fork")


def test_a_program_that_hangs_and_does_not_say_so_ends_the_recording(pair, folder):
    pair = pair(WAITS + "# sphinx_gallery_lesson_timeout = 0.5\n", "before")
    with pytest.raises(NotWell, match=r"one\.broken\.py under fork: did not end within 0\.5 sec"):
        make_recordings(list(pair.programs), folder)


def test_a_wrong_program_says_something_else_than_its_cure(pair, folder):
    """Where by chance it does not, the next build tries again."""
    pair = pair("print('after')", "wrong")
    recordings = make_recordings(list(pair.programs), folder)
    (words,) = alike([pair], recordings, folder)
    assert words == f"{pair.broken.path} under fork: it says what the cured one says"
    assert cache.load(pair.broken, "fork", folder) == (None, "")
    assert cache.load(pair.cured, "fork", folder)[0]
