"""What an author sees of a build: errors as their message, one build at a time."""

import errno
import subprocess
import sys
from pathlib import Path

from sphinx.errors import ExtensionError

from gallery.build_site import alone, told
from gallery.project import ROOT

NOISE = ("Traceback", "Sphinx version", "open an issue", "Loaded Extensions", "sphinx-err-")


def test_an_error_is_its_message_alone_and_once_for_all_start_methods(make_site):
    site = make_site()
    path = site.lesson("fails", "raise ValueError('on purpose')\n")
    assert site.build().status == 2
    error = site.log[site.log.index("error:") :]
    assert not [noise for noise in NOISE if noise in error]
    assert error.count("on purpose") == 1
    assert f"{path} under fork, forkserver and spawn: main ended with 1 at line 7" in error


def test_a_file_that_cannot_be_written_is_one_line(make_site):
    site = make_site()
    site.lesson("one", "print(1)\n")
    (site.root / "recordings").write_text("a file, not a folder")
    assert site.build().status == 2
    (error,) = site.log[site.log.index("error:") :].strip().splitlines()
    assert str(site.root / "recordings") in error
    assert "Not a directory" in error or "File exists" in error


def test_warnings_come_once_more_at_the_end(make_site):
    site = make_site()
    site.lesson("one", "print(1)\n\n# %%\n# See :ref:`no_such_label`.\n\nx = 1\n")
    assert site.build().status == 1
    last = site.log[site.log.index("1 to be mended:") :]
    assert "one.py:10: WARNING: undefined label: 'no_such_label'" in last
    assert site.log.count("undefined label") == 2


def test_a_second_build_waits_for_the_first_and_both_are_good(make_site):
    site = make_site()
    site.lesson("one", "print(1)\n")
    command = [sys.executable, "-m", "gallery", "build", "--root", str(site.root), "--jobs", "1"]
    with alone(site.root / "build"):
        second = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            said = second.stdout.readline()
            assert f"Another build writes to {site.root / 'build'}; waiting for its end." in said
            assert second.poll() is None
            assert not (site.root / "build" / "html").exists()
        except BaseException:
            second.kill()
            second.communicate()
            raise
    said, _ = second.communicate(timeout=100)
    assert second.returncode == 0, said
    assert "print" in site.page("one")


def test_a_lesson_s_page_alone(make_site):
    """Recorded, checked and built, and nothing else is."""
    site = make_site()
    site.lesson("one", "print(1)\n\n# %%\n# Then :ref:`sphx_glr_lessons_tiny_two.py`.\n\nx = 1\n")
    site.lesson("two", "print(2)\n")
    done = subprocess.run(
        [
            *(sys.executable, "-c"),
            "import sys; from pathlib import Path; from gallery.build_site import build_page; "
            "sys.exit(build_page(Path(sys.argv[1]), sys.argv[2]))",
            *(str(site.root), "tiny/one"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("The page is build/page/html/lessons/tiny/one.html\n")
    page = (site.root / "build/page/html/lessons/tiny/one.html").read_text()
    assert '<span class="said">1</span>' in page
    assert not (site.root / "build/page/html/lessons/tiny/two.html").exists()
    kept = sorted(path.name for path in (site.root / "recordings" / "tiny").glob("*.json"))
    assert [name.rpartition(".cpython")[0] for name in kept] == [
        *("one.fork", "one.forkserver", "one.spawn")
    ]


def test_a_project_in_a_folder_with_a_space(make_site):
    site = make_site()
    site.root = site.root.rename(site.root.with_name("a site"))
    site.lesson("one", "print(1)\n")
    assert site.build().status == 0, site.log
    assert '<span class="said">1</span>' in site.page("one")


def test_what_a_disk_says_is_one_line_with_a_place():
    """Sphinx wraps what its handlers raise; a full disk names no file."""
    full = OSError(errno.ENOSPC, "No space left on device")
    assert told(full, Path("build/html")) == "error: build/html: No space left on device"
    named = OSError(errno.EROFS, "Read-only file system", "build/x.json")
    wrapped = ExtensionError("Handler threw", named, "gallery")
    assert told(wrapped, Path("build/html")) == "error: build/x.json: Read-only file system"
    try:
        raise KeyError("x")
    except KeyError as bug:
        said = told(ExtensionError("Handler threw", bug), Path("build/html"))
    assert said.startswith("Traceback")
    assert "KeyError" in said
