"""What holds for every page of the built site."""

import getpass
import html
import os
import re
import socket
import sys
from pathlib import Path

from gallery.lesson import scripts_in
from tests.test_site.conftest import HTML, ROOT, pages

LESSONS = [p for p in pages() if re.match(r"lessons/\w+/(?!index)", p)]


def test_every_lesson_has_a_page():
    scripts = {p.relative_to(ROOT / "snippets") for p in scripts_in(ROOT / "snippets")}
    assert len(scripts) >= 16
    assert {Path(p).relative_to("lessons").with_suffix(".py") for p in LESSONS} == scripts


def built_texts():
    """Yield (name, text) of every text file that a reader may be sent."""
    for path in HTML.rglob("*"):
        if path.suffix in {".html", ".js", ".txt", ".svg", ".json", ".py", ".css", ".md", ".rst"}:
            text = path.read_text("utf-8")
            if path.suffix in {".html", ".svg"}:  # a host may be called like a class: "vm"
                text = re.sub(r' class="[^"]*"', "", text)
            yield str(path.relative_to(HTML)), html.unescape(text)


def test_nothing_of_this_machine_is_on_a_page():
    """No folder of the project or the interpreter, no host name, no user's home."""
    folders = {str(ROOT), sys.prefix, sys.base_prefix, str(Path.home()), os.path.realpath(ROOT)}
    folders |= {f"/home/{getpass.getuser()}", f"/Users/{getpass.getuser()}"}
    words = {re.escape(f) + r"(?![\w-])" for f in folders if len(f) > 3}
    words.add(r"\b" + re.escape(socket.gethostname()) + r"\b")
    words.add(re.escape(getpass.getuser()) + "@")
    forbidden = re.compile("|".join(sorted(words)))
    found = [
        f"{name}: {match[0]}"
        for name, text in built_texts()
        if not name.startswith("_static/")  # the theme's own files
        for match in [forbidden.search(text)]
        if match
    ]
    assert found == []


def test_the_file_of_all_pages_is_as_large_as_the_page_about_hosting_says():
    said = re.search(r"some (\d+) kB for each lesson", (HTML / "hosting.html").read_text("utf-8"))
    size = (HTML / "llms-full.txt").stat().st_size / 1000 / len(LESSONS)
    assert int(said[1]) * 0.6 < size < int(said[1]) * 1.6


def test_code_has_no_character_that_a_copy_would_break():
    """The page that this project started from could not be copied: no-break spaces."""
    for name in LESSONS:
        code = re.findall(r"<pre>.*?</pre>", (HTML / name).read_text("utf-8"), re.DOTALL)
        assert code, name
        assert not [c for c in code if "\xa0" in html.unescape(c)], name


def test_names_of_the_standard_library_link_to_their_documentation():
    text = (HTML / "lessons/spawning/first_process.html").read_text("utf-8")
    code = re.search(r"<pre>.*?</pre>", text, re.DOTALL)[0]
    for target in ("multiprocessing.html#multiprocessing.Process", "time.html#time.perf_counter"):
        assert f"library/{target}" in code
