"""What is measured again, what is said where that did not help; no test reads a clock."""

import json
import logging

import pytest

from gallery.lesson import Lesson
from gallery.lessons import measured
from gallery.lessons.measured import told
from gallery.lessons.record import complaints, make_recordings
from gallery.pair import pairs_of
from multitrack import cache

PROBED = measured.share  # the other tests have another one
FORK = (
    "# sphinx_gallery_lesson_start_methods = ['fork']\n"
    "# sphinx_gallery_lesson_start_methods_reason = 'to save time'\n"
)
CLAIM = "# sphinx_gallery_lesson_measures = ['slow > fast']\n"


@pytest.fixture
def folder(tmp_path):
    """Where recordings are kept."""
    return tmp_path / "recordings"


@pytest.fixture
def printing(write, tmp_path):
    """Write a lesson whose n-th run says that "slow" took the n-th time, and "fast" one second.

    ``printing.runs()`` is how often it ran.
    """
    counter = tmp_path / "counter"
    counter.write_text("")
    (tmp_path / "lessons").mkdir()

    def printing(*times: str, claims: str = CLAIM) -> Lesson:
        code = f"""
            from pathlib import Path
            with open({str(counter)!r}, "a") as file:
                file.write("x")
            n = len(Path({str(counter)!r}).read_text())
            print("slow:", {[*times]!r}[min(n, {len(times)}) - 1])
            print("fast: 1.0 s")
        """
        path = write(code, "lessons/one.py")
        path.write_text(path.read_text() + FORK + claims)
        return Lesson.read(path)

    vars(printing)["runs"] = lambda: len(counter.read_text())
    return printing


@pytest.fixture(autouse=True)
def shares(monkeypatch):
    """Say what the probes find, one after the other and again from the first; on two cores."""
    found = [0.25]

    def share() -> float:
        found.append(found.pop(0))
        return found[-1]

    monkeypatch.setattr(measured, "share", share)
    monkeypatch.setattr(measured, "cores", lambda: 2)
    return found


def recorded(lesson, folder):
    """Record under fork; return the recording and its file."""
    recording = make_recordings([lesson], folder)[lesson.name, "fork"]
    return recording, cache.path_of(lesson.name, "fork", folder)


def test_the_first_run_in_which_all_claims_hold_is_kept(printing, folder):
    """Of it there is nothing to say, in this build or in the next."""
    lesson = printing("0.9 s", "2.0 s", "3.0 s")
    recording, file = recorded(lesson, folder)
    assert (printing.runs(), recording.lines[0].text) == (2, "slow: 2.0 s")
    assert told(lesson, recording, file) == ""
    assert recorded(lesson, folder) == (recording, file)
    assert printing.runs() == 2


def test_after_three_runs_the_last_one_is_kept(printing, folder, caplog):
    """The log says it in a line, also of a build that does not measure."""
    caplog.set_level(logging.INFO, "sphinx")
    lesson = printing("0.9 s", "0.8 s", "0.7 s", "2.0 s")
    recording, file = recorded(lesson, folder)
    assert (printing.runs(), recording.lines[0].text) == (3, "slow: 0.7 s")
    assert cache.load(lesson, "fork", folder) == (recording, "")
    assert list(complaints([lesson], {(lesson.name, "fork"): recording})) == []
    words = told(lesson, recording, file)
    assert words == (
        "Under fork, “slow” (0.7 s) should take longer than “fast” (1.0 s), and here it did not. "
        "This was measured three times while other programs kept the machine busy: they left 25% "
        "of its 2 cores. What this page says is about cores that nothing else uses."
    )
    assert caplog.text.count(words) == 1
    assert recorded(lesson, folder) == (recording, file)
    assert (printing.runs(), caplog.text.count(words)) == (3, 2)


def test_a_later_build_tries_again(printing, folder, monkeypatch):
    """And forgets what it had to say."""
    lesson = printing("0.9 s", "0.8 s", "0.7 s", "2.0 s")
    recorded(lesson, folder)
    monkeypatch.setattr(measured, "AGAIN", 0)
    recording, file = recorded(lesson, folder)
    assert (printing.runs(), recording.lines[0].text) == (4, "slow: 2.0 s")
    assert not list(file.parent.glob("*.measured"))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([1.0, 0.96], "three times, and other programs left the machine alone."),
        ([1.0, 1.0, 0.3, 0.5, 0.2, 0.2], "busy: they left 100%, 40% and 20% of its 2 cores."),
    ],
)
def test_the_page_says_how_busy_the_machine_was(printing, folder, shares, found, words):
    """Before and after each run, the mean of both."""
    shares[:] = found
    lesson = printing("0.9 s")
    assert words in told(lesson, *recorded(lesson, folder))


def test_on_one_core_it_is_measured_once(printing, folder, monkeypatch):
    """And not again by later builds, until there are two."""
    monkeypatch.setattr(measured, "cores", lambda: 1)
    monkeypatch.setattr(measured, "AGAIN", 0)
    lesson = printing("0.9 s", "0.9 s", "2.0 s")
    words = told(lesson, *recorded(lesson, folder))
    assert (
        "measured once while other programs kept the machine busy: they left 25% of its one"
        in words
    )
    assert words.endswith("On one core, processes can only take turns.")
    recorded(lesson, folder)
    assert printing.runs() == 1
    monkeypatch.setattr(measured, "cores", lambda: 2)
    assert told(lesson, *recorded(lesson, folder)) == ""
    assert printing.runs() == 3


def test_other_claims_are_asked_of_what_is_kept(printing, folder):
    """It is measured again where they do not hold in it."""
    recording, _ = recorded(
        printing("2.0 s", claims=CLAIM.replace("['slow > fast']", "True")), folder
    )
    assert recorded(printing("2.0 s"), folder)[0] == recording
    assert printing.runs() == 1
    other = printing("2.0 s", claims=CLAIM.replace("slow > fast", "fast > slow"))
    assert "“fast” (1.0 s) should take longer" in told(other, *recorded(other, folder))
    assert printing.runs() == 4
    recorded(printing("2.0 s", claims=CLAIM.replace("slow > fast", "fast: > slow:")), folder)
    assert printing.runs() == 7
    assert told(printing("2.0 s"), *recorded(printing("2.0 s"), folder)) == ""
    assert printing.runs() == 7


def test_a_claim_about_another_start_method_is_not_asked_here(printing, folder):
    lesson = printing(
        "0.9 s", claims=CLAIM.replace("['slow > fast']", "{'spawn': ['slow > fast']}")
    )
    assert told(lesson, *recorded(lesson, folder)) == ""
    assert printing.runs() == 1


def test_a_claim_about_no_line_ends_the_build_and_not_only_the_first(printing, folder):
    """With the file and the way out; to measure again would not help."""
    lesson = printing("2.0 s", claims=CLAIM.replace("fast", "fest"))
    for _ in range(2):
        (words,) = complaints([lesson], make_recordings([lesson], folder))
        assert words.startswith(
            f"{lesson.path} under fork: lesson_measures: no line with a time beg"
        )
        assert "'slow: 2.0 s', 'fast: 1.0 s'. Give the words" in words
    assert printing.runs() == 1


def test_a_run_that_fails_is_not_repeated(printing, folder):
    lesson = printing("0.9 s")
    lesson.path.write_text("1 / 0\n" + lesson.path.read_text())
    lesson = Lesson.read(lesson.path)
    (words,) = complaints([lesson], make_recordings([lesson], folder))
    assert "ZeroDivisionError" in words
    assert printing.runs() == 0


def test_what_a_discarded_run_left_goes(printing, folder):
    lesson = printing("0.9 s", "2.0 s")
    code = "for number in range(3000 if n == 1 else 1): print(number)\n"
    lesson.path.write_text(lesson.path.read_text() + code)
    recording, file = recorded(Lesson.read(lesson.path), folder)
    assert (printing.runs(), recording.full) == (2, None)
    assert not list(file.parent.glob("*.txt"))


def test_programs_beside_a_lesson_are_alone_and_claim_nothing(printing, write):
    lesson = printing("2.0 s")
    write("print(1)\n# sphinx_gallery_lesson_fails = 'wrong'\n", "lessons/one.broken.py")
    write("print(2)\n", "lessons/one.cured.py")
    for program in pairs_of(lesson)[0].programs:
        assert program.settings.measures
        assert program.settings.claims_under("fork") == []


def test_a_note_that_cannot_be_read_is_as_none(printing, folder):
    lesson = printing("0.9 s")
    recording, file = recorded(lesson, folder)
    (note,) = file.parent.glob("*.measured")
    assert json.loads(note.read_text())["shares"] == [0.25] * 3
    note.write_text('{"shares": []}')
    assert told(lesson, recording, file).endswith("and here it did not.")
    recorded(lesson, folder)
    assert printing.runs() == 6


def test_what_a_probe_finds():
    """Some of the time of the cores, and not more; how much depends on the machine."""
    assert 0 < PROBED() < 1.1


def test_a_measuring_lesson_without_claims_is_not_probed(printing, folder, monkeypatch):
    monkeypatch.setattr(measured, "share", None)
    recorded(printing("0.9 s", claims=CLAIM.replace("['slow > fast']", "True")), folder)
    assert printing.runs() == 1


def test_the_page_says_it_below_the_cell(make_site, tmp_path):
    """In HTML and Markdown, of the start method that it is about; with other claims, otherwise."""
    site = make_site()
    code = (
        "print('fast: 1.0 s')\n\n\n# %%\n# Then.\n\nprint('slow: 2.0 s')\n# sphinx_gallery_lesson"
    )
    path = site.lesson("one", code + "_measures = {'spawn': ['fast > slow']}\n")
    site.build()
    assert site.status == 0, site.log
    assert site.log.count("tiny/one: Under spawn, “fast” (1.0 s) should take longer than") == 1
    html = site.page("one")
    first, second = html.split('id="cell-2"')
    assert (
        first.count('<p class="recorded-note">Under spawn, “fast” (1.0 s) should take longer') == 1
    )
    assert "should take longer" not in second
    assert site.build("markdown").page("one", "markdown", "md").count("should take longer") == 1
    path.write_text(path.read_text().replace("fast > slow", "slow > fast"))
    assert site.build().status == 0, site.log
    assert "should take longer" not in site.page("one") + site.log
    path.write_text(path.read_text().replace("slow > fast", "slow > fost"))
    assert site.build().status != 0
    assert (
        f"{path} under spawn: lesson_measures: no line with a time begins with 'fost'" in site.log
    )
