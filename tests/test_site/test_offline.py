"""The whole site as a zip, unpacked and opened from the file system; and the downloads page."""

import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.test_site.conftest import HTML, ROOT

LESSON = "lessons/spawning/names_pids_parents.html"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    """Make the zip as `make offline` does, and unpack it into an empty folder."""
    folder = tmp_path_factory.mktemp("offline")
    made = folder / "site.zip"
    for _ in range(2):  # the second time is the same
        subprocess.run(
            [sys.executable, "-m", "gallery.downloads.offline_zip", HTML, made],
            cwd=ROOT,
            check=True,
            timeout=60,
            capture_output=True,
        )
        sums = {hashlib.sha256(made.read_bytes()).hexdigest()} | locals().get("sums", set())
    assert len(sums) == 1
    with zipfile.ZipFile(made) as archive:
        archive.extractall(folder / "unpacked")
    (top,) = (folder / "unpacked").iterdir()
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
        return page

    yield open_file
    context.close()


def test_the_switch_works_from_a_file(open_file):
    page = open_file(LESSON)

    def shown():
        return set(
            page.eval_on_selector_all(
                ".variant", "all => all.filter(v => v.checkVisibility()).map(v => v.dataset.start)"
            )
        )

    assert shown() == {"fork"}
    page.get_by_role("radio", name="macOS, Windows").first.check()
    assert shown() == {"spawn"}
    page.reload()
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
    href = page.get_by_role("link", name="names_pids_parents.py").get_attribute("href")
    script = ROOT / "snippets/spawning/names_pids_parents.py"
    assert (Path(page.evaluate("location.pathname")).parent / href).resolve().read_bytes() == (
        script.read_bytes()
    )


def test_it_holds_every_page_and_not_itself(unpacked):
    names = {str(p.relative_to(unpacked)) for p in unpacked.rglob("*") if p.is_file()}
    pages = {str(p.relative_to(HTML)) for p in HTML.rglob("*.html")}
    assert pages <= names
    assert not [name for name in names if name.startswith(".") or name.endswith(".epub")]
    assert "downloads/multiprocessing-by-example-html.zip" not in names
    text = (unpacked / "downloads.html").read_text("utf-8")
    assert "multiprocessing-by-example-html.zip" not in text
    assert "multiprocessing-by-example.zip" in text


def listed() -> dict[Path, tuple[str, str]]:
    """Return size and hash of each file that the pages of downloads list."""
    found = {}
    for page in (HTML / "downloads.html", *HTML.glob("downloads/*.html")):
        rows = re.findall(
            r'<tr><td><a[^>]* href="([^"]+)">[^<]*</a></td><td>([^<]+)</td><td><code>(\w+)</code>',
            page.read_text("utf-8"),
        )
        assert rows, page
        found.update({(page.parent / at).resolve(): (size, digest) for at, size, digest in rows})
    return found


def test_every_download_is_listed_with_its_size_and_hash():
    for file, (size, digest) in listed().items():
        content = file.read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest, file
        number, unit = size.split()
        factor = {"B": 1, "kB": 1000, "MB": 1_000_000}[unit]
        assert abs(float(number) * factor - len(content)) <= 0.05 * factor, file
    there = {file.resolve() for file in (HTML / "downloads").rglob("*") if file.is_file()}
    pages = {file for file in there if file.name.endswith((".html", ".html.md"))}
    assert there - pages == set(listed())


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
    for page in HTML.glob("lessons/*/*.html"):
        if page.stem == "index":
            continue
        links = re.findall(r' download href="([^"]+)"', page.read_text("utf-8"))
        for end in (".recording.json", ".trace.json"):
            assert any(link.endswith(end) for link in links), page
        names = {link.rpartition("/")[2] for link in links}
        assert {f"{page.stem}.py", f"{page.stem}.ipynb"} <= names
        for link in links:
            assert (page.parent / link).is_file(), f"{page.stem}: {link}"
