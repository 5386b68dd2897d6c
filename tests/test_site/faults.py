"""What is wrong with a page as a browser shows it, whatever the page is about."""

import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import axe_playwright_python
from playwright.sync_api import ConsoleMessage, Page, Request

AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text("utf-8")
# All rules; only the account of what is right is left out, and it takes most of the time.
RUN_AXE = "axe.run({selectors: false, resultTypes: ['violations']}).then(r => r.violations)"
# Before anything else on the page: notes what its policy refuses.
WATCH = """
addEventListener("securitypolicyviolation", event => {
  (window.refused = window.refused || []).push(
    `${event.violatedDirective} ${event.blockedURI} ${event.sample} ${event.sourceFile}`);
}, true);
"""
# What is too wide is noticed when a frame has been laid out: it is over by the next one.
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

# Where scripts run they come after the first picture; late-scripts.js then removes their list.
EQUIPPED = ":root.no-js, :root:not(:has(#scripts))"

Look = tuple[int, Literal["light", "dark"]]
LOOKS: list[Look] = [(360, "light"), (1280, "light"), (360, "dark"), (1280, "dark")]


def look_of(name: str) -> Look:
    """Return the look in which test_every_page.py opens a page, always the same."""
    return LOOKS[zlib.crc32(name.encode()) % len(LOOKS)]


@dataclass
class Visit:
    """A page in the browser; what the browser had to say, and what it asked of other places."""

    page: Page
    own: str  # how the addresses begin that it may ask
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(20_000)
        self.page.add_init_script(WATCH)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        """Note an error, save that there is no icon where a browser looks for one unasked."""
        at = message.location["url"]
        if message.type == "error" and not at.endswith("/favicon.ico"):
            self.complaints.append(f"{message.text} ({at})")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.own, "data:", "blob:")):
            self.elsewhere.append(request.url)

    def refused(self) -> list[str]:
        """Return what the page's policy refused."""
        self.page.evaluate(TWO_FRAMES)  # an event tells it
        found: list[str] = self.page.evaluate("window.refused || []")
        return found


def equipped(page: Page) -> Page:
    """Wait until the page's scripts have run, as far as they may; return the page."""
    page.wait_for_selector(EQUIPPED, state="attached")
    return page


def unfold(page: Page) -> None:
    """Open whatever is folded, and have what is too wide made reachable."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate("dispatchEvent(new Event('resize'))")
    page.evaluate(TWO_FRAMES)


def violations(page: Page) -> list[tuple[str, str]]:
    """Run axe with all its rules; return each broken rule and the first place."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in page.evaluate(RUN_AXE)]


def sideways(page: Page, width: int) -> list[str]:
    """Say whether the page is wider than its window."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"is {wide} px wide in a window of {width}"] if wide > width else []


def faults(visit: Visit, address: str, name: str, look: Look) -> list[str]:
    """Open a page and say what is wrong with it, folded and unfolded."""
    page, (width, scheme) = visit.page, look
    visit.complaints.clear()
    visit.elsewhere.clear()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(address + name)
    equipped(page)
    found = sideways(page, width)
    unfold(page)
    found += sideways(page, width)
    found += [f"axe: {rule}: {place}" for rule, place in violations(page)]
    found += [f"refused: {what}" for what in visit.refused()]
    found += [f"asks another place: {where}" for where in visit.elsewhere]
    found += visit.complaints
    return [f"{name} at {width} px, {scheme}: {wrong}" for wrong in found]
