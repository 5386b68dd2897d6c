"""From a script to its page, on tiny sites."""

import html
import re
import sys

WORKERS = """
import multiprocessing

def work(number):
    print("worker", number)

# %%
# Prose.

if __name__ == "__main__":
    for number in range(2):
        child = multiprocessing.Process(target=work, args=(number,))
        child.start()
        child.join()
    print("done")

# %%
# More prose.

if __name__ == "__main__":
    "an expression as the last statement"

# sphinx_gallery_lesson_order = 5
"""


def lines_of(page: str) -> list[tuple[str, str]]:
    """Return (gutter, text) of every line on a page."""
    found = re.findall(r'<span class="who">(.*?)</span><span class="said">(.*?)</span>', page)
    return [(html.unescape(who), html.unescape(said)) for who, said in found]


def test_every_line_stands_under_its_cell_with_its_writer(make_site):
    """The children's lines reach the page, once, since they are the same everywhere."""
    site = make_site()
    site.lesson("workers", WORKERS)
    assert site.build().status == 0, site.log
    page = site.page("workers")
    assert lines_of(page) == [
        ("child 1", "worker 0"),
        ("child 2", "worker 1"),
        ("main", "done"),
    ]
    assert "The same lines under fork, forkserver and spawn." in page
    code, _, rest = page.partition('class="recorded transcript"')
    assert "range" in code
    assert "More prose." in rest


def test_what_sphinx_gallery_adds_for_others_is_not_on_the_page(make_site):
    """No memory figure that nobody measured, no settings, no zip of one script."""
    site = make_site()
    site.lesson("workers", WORKERS)
    assert site.build().status == 0, site.log
    page = site.page("workers")
    assert "Estimated memory" not in page
    assert "lesson_order" not in page
    assert ".zip" not in page
    assert "workers.py" in page  # the download


def test_lines_that_differ_stand_once_for_each_start_method(make_site):
    """Each variant has its heading, for readers without JavaScript."""
    site = make_site()
    site.lesson(
        "differs", "import multiprocessing\nprint('by', multiprocessing.get_start_method())\n"
    )
    assert site.build().status == 0, site.log
    page = site.page("differs")
    assert lines_of(page) == [("main", f"by {m}") for m in ("fork", "forkserver", "spawn")]
    for heading in (
        "Linux, Python up to 3.13 <small>(fork)</small>",
        f"forkserver, <small>recorded on {'.'.join(map(str, sys.version_info[:2]))}</small>",
        "spawn: macOS, Windows <small>(recorded on Linux)</small>",
    ):
        assert page.count(heading) == 2  # the transcript and the timeline


def test_pids_aside_lines_are_the_same(make_site):
    """A pid differs in each run and makes no variant of its own."""
    site = make_site()
    site.lesson("pids", "import os\nprint('I am', os.getpid())\n")
    assert site.build().status == 0, site.log
    assert len(lines_of(site.page("pids"))) == 1


def test_a_restricted_lesson_says_why(make_site):
    """The reason stands on the page, and there is one variant."""
    site = make_site()
    site.lesson(
        "forks",
        "print('hello')\n\n"
        '# sphinx_gallery_lesson_start_methods = ["fork"]\n'
        '# sphinx_gallery_lesson_start_methods_reason = "it is about os.fork"\n',
    )
    assert site.build().status == 0, site.log
    page = site.page("forks")
    assert "Recorded under fork only: it is about os.fork" in page
    assert lines_of(page) == [("main", "hello")]


def test_a_lesson_about_two_start_methods_names_those_two(make_site):
    """It was not run under the third."""
    site = make_site()
    site.lesson(
        "two",
        "print('hello')\n\n"
        '# sphinx_gallery_lesson_start_methods = ["spawn", "fork"]\n'
        '# sphinx_gallery_lesson_start_methods_reason = "it is about these"\n',
    )
    assert site.build().status == 0, site.log
    page = site.page("two")
    assert "The same lines under fork and spawn." in page
    assert "under fork, forkserver and spawn" not in page
    assert "Recorded under fork and spawn only: it is about these" in page


def test_output_is_text_and_never_markup(make_site):
    """HTML, reST, MyST and escapes that a script prints are shown, not obeyed."""
    said = [
        "<script>alert(1)</script>",
        "</span></li></ol><b>&amp;",
        ".. image:: x.png",
        "```{include} /etc/passwd",
        "`link <http://example.invalid>`_",
    ]
    site = make_site()
    site.lesson("prints", f"for line in {said!r}:\n    print(line)\nprint('\\x1b]0;title\\x07')\n")
    assert site.build().status == 0, site.log
    page = site.page("prints")
    assert [text for _, text in lines_of(page)][: len(said)] == said
    assert "<script>alert" not in page
    assert "\x1b" not in page
    assert "example.invalid&gt;" in page
    assert 'href="http://example.invalid' not in page


def test_the_text_builder_shows_transcript_and_lives(make_site):
    """Builders without HTML get the same in words."""
    site = make_site()
    site.lesson("workers", WORKERS)
    assert site.build("text").status == 0, site.log
    page = site.page("workers", "text", "txt")
    assert "child 1 | worker 0" in page
    assert "main | done" in page
    assert "The run under spawn" in page
    assert re.search(r"child 2: from \d+ ms to \d+ ms,\s+ended with 0\.", page)


def test_a_failing_lesson_fails_the_build(make_site):
    """Status, file, line, reason and last words; and no page."""
    site = make_site()
    path = site.lesson("fails", "print('about to')\n\nraise ValueError('on purpose')\n")
    site.build()
    assert site.status != 0
    line = path.read_text().splitlines().index("raise ValueError('on purpose')") + 1
    said = f"fails.py under fork, forkserver and spawn: main ended with 1 at line {line}"
    assert said in site.log
    assert "ValueError: on purpose" in site.log
    assert not (site.root / "build" / "html" / "lessons").exists()


def test_a_failing_child_fails_the_build_unless_it_is_meant(make_site):
    """A worker that dies unseen is what this project is against."""
    code = (
        "import multiprocessing, sys\n"
        "def work():\n    print('last words')\n    sys.exit(3)\n"
        "# %%\n# Prose.\n\n"
        "if __name__ == '__main__':\n"
        "    child = multiprocessing.Process(target=work)\n    child.start()\n    child.join()\n"
    )
    site = make_site()
    site.lesson("child", code)
    site.build()
    assert site.status != 0
    assert "child 1 ended with 3" in site.log
    assert "last words" in site.log
    site.lesson("child", code + "\n# sphinx_gallery_lesson_failures = 'it exits with 3'\n")
    assert site.build().status == 0, site.log
    assert "it exits with 3" in site.page("child")


def test_a_script_that_cannot_be_read_fails_the_build(make_site):
    """Refused before anything is run, with file and line."""
    site = make_site()
    site.lesson("good", "print('never')\n")
    site.lesson("broken", "x = (\n")
    site.build()
    assert site.status != 0
    assert "broken.py:7: not Python" in site.log
    assert not (site.root / "recordings").exists()


def test_nothing_is_recorded_twice_and_a_change_is_seen(make_site):
    """An unchanged lesson keeps its recording; a changed one gets a new page."""
    site = make_site()
    site.lesson("one", "print('first')\n")
    site.lesson("two", "print('other')\n")
    assert site.build().status == 0, site.log
    kept = {p: p.stat().st_mtime_ns for p in (site.root / "recordings").rglob("two.*.json")}
    assert len(kept) == 3
    site.lesson("one", "print('second')\n")
    assert site.build().status == 0, site.log
    assert lines_of(site.page("one")) == [("main", "second")]
    assert {p: p.stat().st_mtime_ns for p in kept} == kept


def test_a_removed_lesson_leaves_no_page_behind(make_site):
    """sphinx-gallery keeps what it once made; the build forgets it."""
    site = make_site()
    site.lesson("stays", "print('here')\n")
    gone = site.lesson("goes", "print('bye')\n")
    assert site.build().status == 0, site.log
    gone.unlink()
    assert site.build().status == 0, site.log
    assert not list((site.root / "docs" / "lessons").rglob("goes*"))


def test_long_output_is_folded_and_whole(make_site):
    """Forty lines, then a details element with the rest."""
    site = make_site()
    site.lesson("long", "for number in range(1200):\n    print('line', number)\n")
    assert site.build().status == 0, site.log
    page = site.page("long")
    assert [text for _, text in lines_of(page)] == [f"line {n}" for n in range(1200)]
    folded = page.index("<details><summary>Show all 1,200 lines</summary>")
    assert page.index(">line 39<") < folded < page.index(">line 40<")


def test_a_number_that_happens_to_be_a_pid_is_no_difference(make_site):
    """Every number up to the largest pid is written: some are pids, and the lines are the same."""
    site = make_site()
    site.lesson("numbers", "print(*range(40_000), sep=' ')\n")
    assert site.build().status == 0, site.log
    assert len(lines_of(site.page("numbers"))) == 1


def test_output_beyond_all_bounds_is_a_download(make_site):
    """50,000 lines: the page shows the beginning, and offers all of it as text."""
    site = make_site()
    site.lesson("flood", "for number in range(50_000):\n    print('line', number)\n")
    assert site.build().status == 0, site.log
    page = site.page("flood")
    assert len(page) < 2_000_000
    assert "48,000 more lines" in page
    link = re.search(r'download href="(\.\./[^"]*)"', page)[1]
    text = (site.root / "build/html/lessons/tiny" / link).read_text()
    assert text.splitlines() == [f"main | line {n}" for n in range(50_000)]


def test_a_long_line_is_cut_on_the_page_only(make_site):
    """Ten thousand characters stand on the page, and it says how many do not."""
    site = make_site()
    site.lesson("line", "print('x' * 1_000_000)\n")
    assert site.build().status == 0, site.log
    page = site.page("line")
    assert "and 990,000 more characters" in page
    assert len(page) < 200_000
    link = re.search(r'download href="(\.\./[^"]*)"', page)[1]
    text = (site.root / "build/html/lessons/tiny" / link).read_text()
    assert text == "main | " + "x" * 1_000_000 + "\n"


def test_carriage_returns_and_colours_are_shown_as_a_terminal_leaves_them(make_site):
    """A progress bar is its last state; a colour is a class; no escape is left."""
    site = make_site()
    site.lesson("bar", "print('10%\\r55%\\r100%')\nprint('\\x1b[31mred\\x1b[0m')\n")
    assert site.build().status == 0, site.log
    page = site.page("bar")
    assert '<span class="said">100%</span>' in page
    assert '<span class="said"><span class="fg-red">red</span></span>' in page
    assert "\x1b" not in page


def test_markup_is_text_in_markdown_too(make_site):
    """What a script prints is in a fence that it does not end."""
    site = make_site()
    site.lesson("prints", "print('<script>alert(1)</script> <b> & ```')\n")
    assert site.build().status == 0, site.log
    twin = site.page("prints", end="html.md")
    assert "main | <script>alert(1)</script> <b> & ```" in twin


def test_a_lesson_s_page_offers_its_files_and_says_what_it_needs(make_site):
    site = make_site()
    (site.root / "snippets" / "tiny" / "words.txt").write_text("one two")
    code = "print(open('words.txt').read())\n# sphinx_gallery_lesson_files = ['words.txt']\n"
    site.lesson("reads", code + "# sphinx_gallery_lesson_needs = ['psutil']\n")
    assert site.build().status == 0, site.log
    page = site.page("reads")
    assert "the script, as it is above. It needs <code>pip install psutil</code></li>" in page
    assert 'href="../../downloads/tiny/words.txt">words.txt</a>: what the script reads' in page
    assert (site.root / "build/html/downloads/tiny/words.txt").read_text() == "one two"
    (site.root / "snippets" / "tiny" / "words.txt").write_text("three")
    assert site.build().status == 0, site.log
    assert "three" in site.page("reads")
    assert (site.root / "build/html/downloads/tiny/words.txt").read_text() == "three"
