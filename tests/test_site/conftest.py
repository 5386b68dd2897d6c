"""The built site, served on loopback, in headless Chromium."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from tests.test_site import kinds
from tests.test_site.faults import Visit, equipped

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "build" / "html"


class FilesButLots(LoadFileScheduling):  # type: ignore[misc]
    """Keeps a file's tests in one worker, save those of test_every_page.py."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if "test_every_page.py" in nodeid else str(super()._split_scope(nodeid))


def pytest_configure(config: pytest.Config) -> None:
    """Name what `-m` can choose."""
    config.addinivalue_line("markers", "every_page: looks at every page of the site in a browser")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling | None:
    """Have the tests of every page shared by all workers with `--dist loadfile`, too."""
    return FilesButLots(config, log) if config.getoption("dist") == "loadfile" else None


def pages() -> list[str]:
    """Return the address of every page below the site's root."""
    return sorted(str(p.relative_to(HTML)) for p in HTML.rglob("*.html"))


def heaviest_pages() -> dict[str, str]:
    """Return for each kind of page that the site has the one that stands for it."""
    return kinds.heaviest(pages(), lambda name: (HTML / name).stat().st_size)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Serve the built site; the address ends with a slash."""
    if not (HTML / "index.html").exists():
        pytest.fail("there is no build/html; run make first")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=str(HTML))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def visit(browser: Browser, address: str):
    """Open pages: ``visit("lessons/...html", width=360, dark=True, script=False)``.

    Fonts and all else must come from the site itself: other hosts are noted and not reached.
    """
    contexts = []

    def open_page(
        name: str, *, width: int = 1280, dark: bool = False, script: bool = True, context=None
    ) -> Visit:
        if context is None:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if dark else "light",
                java_script_enabled=script,
            )
            contexts.append(context)
        visited = Visit(context.new_page(), address)
        visited.page.goto(address + name)
        equipped(visited.page)
        return visited

    yield open_page
    for context in contexts:
        context.close()
