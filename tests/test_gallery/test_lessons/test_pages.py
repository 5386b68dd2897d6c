"""From a script to its page, on tiny sites."""

import html
import json
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
    """Return (gutter, text) of every line on a page; a process is named once a block."""
    found, who = [], ""
    line = r'(?:<span class="who">(.*?)</span>)?<span class="said">(.*?)</span></li>'
    for named, said in re.findall(line, page):
        who = named or who
        found.append((html.unescape(who), html.unescape(said)))
    return found


def variants_of(page: str) -> dict[str, str]:
    """Return what a page shows in its cells under each start method."""
    cells = page.partition('id="the-whole-run"')[0]
    return {
        method: "".join(cells.split(f'data-start="{method}">')[1:]).partition(
            '<div class="variant"'
        )[0]
        for method in re.findall('<div class="variant" data-start="(.*?)"', cells)
    }


def test_every_line_stands_under_its_cell_with_its_writer(make_site):
    """The children's lines reach the page, under each start method."""
    site = make_site()
    site.lesson("workers", WORKERS)
    assert site.build().status == 0, site.log
    page = site.page("workers")
    variants = variants_of(page)
    assert list(variants) == ["fork", "forkserver", "spawn"]
    for shown in variants.values():
        assert lines_of(shown) == [
            ("Process-1", "worker 0"),
            ("Process-2", "worker 1"),
            ("main", "done"),
        ]
        assert "<span>the same under all three</span>" in shown
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
        "fork <small>Linux, Python to 3.13</small>",
        f"forkserver <small>recorded on {'.'.join(map(str, sys.version_info[:2]))}</small>",
        "spawn <small>macOS, Windows</small>",
    ):
        assert page.count(heading) == 2  # the transcript and the timeline
    assert "differs under <i data-show=fork>fork</i> and <i data-show=spawn>spawn</i>" in page


def test_pids_aside_lines_are_the_same(make_site):
    """A pid differs in each run and makes no variant of its own."""
    site = make_site()
    site.lesson("pids", "import os\nprint('I am', os.getpid())\n")
    assert site.build().status == 0, site.log
    assert site.page("pids").count("the same under all three") == 3


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
    assert "About fork only: it is about os.fork. Recorded on Linux: under fork with Python" in page
    assert lines_of(page) == [("main", "hello")]
    assert '<meta name="start" content="fork">' in page
    assert 'type="radio"' not in page


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
    assert "<span>the same under both</span>" in page
    assert "About fork and spawn only: it is about these. Recorded on Linux" in page
    assert '<meta name="start" content="fork spawn">' in page
    assert re.findall('type="radio" name="start" id="start-(.*?)"', page) == ["fork", "spawn"]


def test_a_page_opens_on_its_own_start_method(make_site):
    site = make_site()
    site.lesson("opens", "print('x')\n# sphinx_gallery_lesson_opens_on = 'spawn'\n")
    site.lesson("other", "print('x')\n")
    assert site.build().status == 0, site.log
    page = site.page("opens")
    assert '<meta name="start" content="fork forkserver spawn" data-opens="spawn">' in page
    assert 'value="spawn" checked>' in page
    assert page.count(" checked") == 1
    assert '<meta name="start"' not in site.page("other")
    assert 'value="fork" checked>' in site.page("other")


def test_the_switch_stands_between_the_opening_and_the_first_block(make_site):
    site = make_site()
    site.lesson("workers", WORKERS)
    assert site.build().status == 0, site.log
    page = site.page("workers")
    switch = page.index('<fieldset class="switch">')
    assert page.index("<h1>") < switch < page.index('id="cell-1"')
    assert page.count("<fieldset") == 1


def test_a_cell_is_a_box_with_a_number_that_links_to_it(make_site):
    """Its lines are those of the file. What wrote nothing and started nothing is code alone."""
    site = make_site()
    path = site.lesson("workers", WORKERS)
    assert site.build().status == 0, site.log
    page = site.page("workers")
    cells = re.findall(r'<section class="cell" id="(cell-\d)".*?</section>', page, re.DOTALL)
    assert cells == ["cell-1", "cell-2", "cell-3"]
    boxes = [page.split(f'id="{cell}"')[1].split("</section>")[0] for cell in cells]
    assert ["recorded" in box for box in boxes] == [False, True, False]
    source = path.read_text().splitlines()
    for cell, box in zip(cells, boxes, strict=True):
        assert f'<a class="no" href="#{cell}">' in box
        first, last = map(
            int, re.search(r"workers.py,</span> <span>lines (\d+) to (\d+)", box).groups()
        )
        shown = html.unescape(re.sub("<.*?>", "", re.search("<pre>(.*?)</pre>", box, re.DOTALL)[1]))
        assert shown.splitlines() == source[first - 1 : last]


def test_a_script_of_one_block_is_one_box_too(make_site):
    """sphinx-gallery shows its output before its code."""
    site = make_site()
    site.lesson("one", "print('hello')\n")
    assert site.build().status == 0, site.log
    page = site.page("one")
    assert page.index('id="cell-1"') < page.index("<pre>") < page.index('class="recorded')


def test_a_slice_has_the_processes_of_its_cell(make_site):
    """The whole run has all, and the cells as bands."""
    site = make_site()
    site.lesson("workers", WORKERS)
    assert site.build().status == 0, site.log
    page = site.page("workers")
    for shown in variants_of(page).values():
        (slice_,) = re.findall('<div class="slice".*?</svg></div></div>', shown)
        assert [who for who in re.findall("<b>(.*?)</b>", slice_) if "Process" in who] == [
            *("Process-1", "Process-2")
        ]
        # A dot for each line, in their order, in the lane of the line's process.
        lanes = dict(re.findall(r'data-l="(\d+)"><b>.*?</b>(.*?)</div>', slice_))
        lines = re.findall(r'data-t="\d+" data-l="(\d+)"', shown)
        assert {lane: lines.count(lane) for lane in lanes} == {
            lane: drawn.count("<circle") for lane, drawn in lanes.items()
        }
    assert page.count('<div class="whole">') == 3


def test_hints_are_prose_that_says_first_where_or_when(make_site):
    """In HTML with an icon; in text and Markdown a paragraph."""
    site = make_site()
    site.lesson(
        "hints",
        "print('x')\n\n# %%\n# Prose.\n#\n"
        "# .. platform:: macOS, Windows\n#\n#    It is *slower*.\n#\n"
        "# .. chance::\n#\n#    Who is first?\n\n'y'\n",
    )
    assert site.build().status == 0, site.log
    page = site.page("hints")
    assert (
        '<span class="i i-screen"></span><strong>On macOS and Windows:</strong> It is <em>' in page
    )
    assert '<span class="i i-die"></span><strong>Another run may differ.</strong> Who is' in page
    twin = site.page("hints", end="html.md")
    assert "\n**On macOS and Windows:** It is *slower*.\n" in twin
    assert "\n**Another run may differ.** Who is first?\n" in twin
    notebook = json.loads((site.root / "build/html/downloads/tiny/hints.ipynb").read_text())
    prose = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown"]
    assert any("\n\n**On macOS and Windows:** It is *slower*.\n\n" in text for text in prose)


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
    assert page.count("Process-1 | worker 0") == 1  # once for all
    assert "The same lines under fork, forkserver and spawn." in page
    assert "main | done" in page
    assert "The run under spawn" in page
    assert re.search(r"Process-2: from \d+ ms to \d+ ms,\s+ended with 0\.", page)


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
    assert set(lines_of(site.page("one"))) == {("main", "second")}
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
    assert [text for _, text in lines_of(page)] == [f"line {n}" for n in range(1200)] * 3
    folded = page.index("<details><summary>Show all 1,200 lines</summary>")
    assert page.index(">line 39<") < folded < page.index(">line 40<")


def test_a_number_that_happens_to_be_a_pid_is_no_difference(make_site):
    """Every number up to the largest pid is written: some are pids, and the lines are the same."""
    site = make_site()
    site.lesson("numbers", "print(*range(40_000), sep=' ')\n")
    assert site.build().status == 0, site.log
    assert site.page("numbers").count("the same under all three") == 3


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
    assert "It needs <code>pip install psutil</code>." in page
    assert 'href="../../downloads/tiny/words.txt"' in page
    assert (site.root / "build/html/downloads/tiny/words.txt").read_text() == "one two"
    (site.root / "snippets" / "tiny" / "words.txt").write_text("three")
    assert site.build().status == 0, site.log
    assert "three" in site.page("reads")
    assert (site.root / "build/html/downloads/tiny/words.txt").read_text() == "three"
