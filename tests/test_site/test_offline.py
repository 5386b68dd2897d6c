"""The whole site as a zip, unpacked and opened from the file system; and the downloads page."""

import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gallery.downloads import offline_zip
from gallery.lesson import Lesson, script_of, scripts_in
from gallery.pair import scripts_of
from tests.test_site.conftest import HTML, ROOT
from tests.test_site.faults import equipped

ZIP = "multiprocessing-by-example-html.zip"
LESSON = "lessons/spawning/exit_codes.html"  # it opens on the reader's start method


def run(*words: str | Path) -> None:
    """Run a part of `make offline`."""
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, cwd=ROOT, timeout=250, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """Build the site for the zip and make it, as `make offline` does, in a folder of its own."""
    folder = tmp_path_factory.mktemp("offline")
    settings = ("--set", "for_offline_zip=1", "--set", f"downloads_dir={folder / 'downloads'}")
    (folder / ZIP).write_bytes(b"of an earlier time")
    run("gallery", "build", "--quiet", "--target", folder / "site", *settings)
    run("gallery.downloads.offline_zip", folder / "site", folder / ZIP)
    return folder / ZIP


@pytest.fixture(scope="session")
def unpacked(made) -> Path:
    """Unpack it into an empty folder."""
    folder = made.with_name("unpacked")
    with zipfile.ZipFile(made) as archive:
        archive.extractall(folder)
    (top,) = folder.iterdir()
    return top


@pytest.fixture
def open_file(browser, unpacked):
    """Open a file of the site; whatever is asked of another place is noted."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.complaints, page.elsewhere = [], []
    page.on("console", lambda m: page.complaints.append(m.text) if m.type == "error" else 0)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("requestfailed", lambda r: page.complaints.append(r.url))
    page.on(
        "request",
        lambda r: 0 if r.url.startswith(("file:", "data:")) else page.elsewhere.append(r.url),
    )

    def open_file(name: str):
        path, _, query = name.partition("?")
        page.goto((unpacked / path).as_uri() + ("?" + query if query else ""))
        equipped(page)
        return page

    yield open_file
    context.close()


def test_the_switch_works_from_a_file(open_file):
    page = open_file(LESSON)

    def shown():
        return set(
            page.eval_on_selector_all(
                ".cell .variant",
                "all => all.filter(v => v.checkVisibility()).map(v => v.dataset.start)",
            )
        )

    assert shown() == {"fork"}
    page.locator("label[for=start-spawn]").click()
    assert shown() == {"spawn"}
    page.reload()
    equipped(page)
    assert shown() == {"spawn"}
    assert page.complaints == page.elsewhere == []


def test_the_search_works_from_a_file(open_file):
    page = open_file("search.html?q=sentinel")
    first = page.locator(".search-results > li").first
    assert first.locator("mark").count() > 0
    page.locator("#search-field").fill("starmap")
    assert "starmap" in first.inner_text()
    page.locator("#search-field").fill("sentinel")
    first.get_by_role("link", name="Sentinels").click()
    page.wait_for_selector("h1")
    assert "lessons/communication/sentinels.html" in page.url
    assert page.complaints == page.elsewhere == []


def test_a_download_is_a_file_beside_the_pages(open_file):
    page = open_file(LESSON)
    href = page.get_by_role("link", name="Script .py").get_attribute("href")
    script = Lesson.read(ROOT / "snippets/spawning/exit_codes.py")
    file = (Path(page.evaluate("location.pathname")).parent / href).resolve()
    assert file.read_bytes() == script_of(script)


def test_it_holds_every_page_and_not_itself(unpacked):
    names = {str(p.relative_to(unpacked)) for p in unpacked.rglob("*") if p.is_file()}
    pages = {str(p.relative_to(HTML)) for p in HTML.rglob("*.html")}
    assert pages <= names
    assert not [name for name in names if name.startswith(".")]
    assert f"downloads/{ZIP}" not in names
    for page in ("downloads.html", "downloads/SHA256SUMS"):
        text = (unpacked / page).read_text("utf-8")
        assert ZIP not in text
        assert "multiprocessing-by-example.zip" in text


def test_the_same_site_gives_the_same_zip(made, unpacked, tmp_path):
    run("gallery.downloads.offline_zip", unpacked, tmp_path / ZIP)
    assert (tmp_path / ZIP).read_bytes() == made.read_bytes()


def test_where_there_is_no_site_the_command_says_so(tmp_path, refused):
    err = refused(offline_zip.main, [str(tmp_path), str(tmp_path / ZIP)])
    assert err == f"error: there is no site in {tmp_path}: run make offline, which builds it\n"
    assert refused(offline_zip.main, []).startswith("usage: ")


def test_where_the_zip_cannot_be_written_the_command_says_so(tmp_path, refused):
    (tmp_path / "index.html").touch()
    target = tmp_path / "gone" / ZIP
    err = refused(offline_zip.main, [str(tmp_path), str(target)])
    assert err == f"error: {target} cannot be written: No such file or directory\n"


def listed(page: Path) -> dict[str, tuple[str, str]]:
    """Return the size, and the hash if it is there, of each file that a page lists, by its path."""
    rows = re.findall(
        r' download href="([^"]+)">[^<]*</a>(?:</td><td>| )(\d[\d.]* [kM]?B)'
        r"(?:</td><td><details><summary>SHA-256</summary><code>(\w+))?",
        page.read_text("utf-8"),
    )
    files = {(page.parent / address).resolve(): (size, digest) for address, size, digest in rows}
    return {str(file.relative_to(HTML / "downloads")): said for file, said in files.items()}


def test_every_download_is_listed_with_its_size():
    """Those of the course with their hashes, those of lessons on the page of their chapter."""
    of_course = listed(HTML / "downloads.html")
    chapters = sorted({path.parent.name for path in scripts_in(ROOT / "snippets")})
    of_lessons = {}
    for chapter in chapters:
        of_chapter = listed(HTML / "downloads" / f"{chapter}.html")
        assert {name.partition("/")[0] for name in of_chapter} == {chapter}
        of_lessons |= of_chapter
    assert {f"{chapter}.zip" for chapter in chapters} <= of_course.keys()
    assert not of_course.keys() & of_lessons.keys()
    for name, (size, digest) in (of_course | of_lessons).items():
        content = (HTML / "downloads" / name).read_bytes()
        assert digest == (hashlib.sha256(content).hexdigest() if name in of_course else "")
        number, unit = size.split()
        factor = {"B": 1, "kB": 1000, "MB": 1_000_000}[unit]
        assert abs(float(number) * factor - len(content)) <= 0.05 * factor, name
    files = {str(p.relative_to(HTML / "downloads")) for p in (HTML / "downloads").rglob("*")}
    pages = {name for name in files if name.endswith((".html", ".html.md")) or name in chapters}
    assert files - pages == of_course.keys() | of_lessons.keys()


def test_a_chapter_s_page_says_whose_files_they_are():
    text = (HTML / "downloads" / "pools.html").read_text("utf-8")
    listed = text.partition('<dl class="downloads">')[2]
    entry = listed.partition('href="../lessons/pools/pool_map.html"')[2].partition("<dt>")[0]
    names = re.findall(r' download href="\.\./downloads/pools/([^"]+)"', entry)
    methods = ("fork", "forkserver", "spawn")
    runs = [f"pool_map.{m}.{kind}.json" for kind in ("recording", "trace") for m in methods]
    pair = ["pool_map.broken.py", "pool_map.cured.py"]
    assert names[:4] == ["pool_map.py", *pair, "pool_map.ipynb"]
    assert sorted(names[4:]) == sorted(runs)


def test_the_sums_are_those_that_sha256sum_takes():
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
        cwd=HTML / "downloads",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_lesson_offers_its_files():
    """Its own where it has code, and those of the programs beside it."""
    for path in scripts_in(ROOT / "snippets"):
        lesson = Lesson.read(path)
        page = HTML / "lessons" / f"{lesson.name}.html"
        links = re.findall(r' download href="([^"]+)"', page.read_text("utf-8"))
        names = {link.rpartition("/")[2] for link in links}
        assert {script.path.name for script in scripts_of(lesson)} <= names
        if lesson.cells:
            assert f"{path.stem}.ipynb" in names
            for end in (".recording.json", ".trace.json"):
                assert any(link.endswith(end) for link in links), page
        for link in links:
            assert (page.parent / link).is_file(), f"{page.stem}: {link}"
