"""The built site, served on loopback, in headless Chromium."""

import functools
import http.server
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import MISSING, find_browser

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "build" / "html"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def pages() -> list[str]:
    """Return the address of every page below the site's root."""
    return sorted(str(p.relative_to(HTML)) for p in HTML.rglob("*.html"))


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the browser once."""
    path = find_browser()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page that was opened, and what the browser had to say about it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


@pytest.fixture
def visit(browser: Browser, address: str):
    """Open pages: ``visit("lessons/...html", width=360, dark=True, script=False)``.

    Fonts and all else must come from the site itself: other hosts are noted and refused.
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
        visited = Visit(context.new_page())
        page = visited.page
        page.set_default_timeout(20_000)
        page.on("console", lambda m: visited.complaints.append(m.text) if m.type == "error" else 0)
        page.on("pageerror", lambda error: visited.complaints.append(str(error)))
        page.on(
            "response",
            lambda r: visited.complaints.append(f"{r.status} {r.url}") if r.status >= 400 else 0,
        )

        def guard(route):
            if route.request.url.startswith((address, "data:", "blob:")):
                route.continue_()
            else:
                visited.elsewhere.append(route.request.url)
                route.abort()

        page.route("**/*", guard)
        page.goto(address + name)
        return visited

    yield open_page
    for context in contexts:
        context.close()
