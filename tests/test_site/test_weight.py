"""What each kind of page weighs: bytes over the wire with gzip, headers included, and requests."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from tests.test_site.conftest import HTML, pages
from tests.test_site.serving import served

# Kind: the pages, at most so many kB (1000 bytes), at most so many requests.
BUDGETS = {
    "landing": (r"index\.html", 40, 8),
    "lesson": (r"lessons/\w+/(?!index)\w+\.html", 40, 8),
    "list of lessons": (r"lessons/(\w+/)?index\.html", 40, 24),  # a picture a lesson
    "quiz": (r"quiz/\w+\.html", 70, 8),
    "names": (r"names\.html", 100, 24),
    "search": (r"search\.html", 60, 8),
    "evidence": (r"evidence\.html", 40, 8),
    "downloads": (r"downloads\.html", 40, 8),
    "not found": (r"404\.html", 40, 8),
    "other": (r"[\w-]+\.html", 40, 8),
}


def kind_of(name: str) -> str:
    return next(kind for kind, (pattern, *_) in BUDGETS.items() if re.fullmatch(pattern, name))


@dataclass
class Weight:
    """What was sent for a page: bytes by address."""

    sent: dict[str, int] = field(default_factory=dict)

    def add(self, address: str, size: int) -> None:
        """Note what was sent from an address."""
        if not address.startswith("data:"):  # those are within what was sent
            self.sent[urlsplit(address).path] = size

    @property
    def bytes(self) -> int:
        """All of it."""
        return sum(self.sent.values())

    def __str__(self) -> str:
        heaviest = sorted(self.sent.items(), key=lambda item: -item[1])
        listed = ", ".join(f"{address} {size:,}" for address, size in heaviest)
        return f"{self.bytes:,} bytes in {len(self.sent)} requests: {listed}"


@pytest.fixture(scope="module")
def weigh(browser):
    """Open a page in a browser that has nothing of the site yet; return its Weight."""
    with served(HTML) as address:

        def weigh(name: str) -> Weight:
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            page = context.new_page()
            weight, addresses = Weight(), {}
            session = context.new_cdp_session(page)
            session.send("Network.enable")
            session.on(
                "Network.requestWillBeSent",
                lambda e: addresses.__setitem__(e["requestId"], e["request"]["url"]),
            )
            session.on(
                "Network.loadingFinished",
                lambda e: weight.add(addresses[e["requestId"]], int(e["encodedDataLength"])),
            )
            page.goto(address + name, wait_until="networkidle")
            context.close()
            others = [a for a in addresses.values() if not a.startswith((address, "data:"))]
            assert others == [], f"{name} asks other hosts"
            return weight

        yield weigh


@pytest.mark.parametrize("kind", BUDGETS)
def test_no_page_is_over_its_budget(weigh, kind):
    _, kilobytes, requests = BUDGETS[kind]
    those = [name for name in pages() if kind_of(name) == kind]
    assert those, f"no page is a {kind}"
    over = []
    for name in those:
        weight = weigh(name)
        if weight.bytes > kilobytes * 1000 or len(weight.sent) > requests:
            over.append(f"{name}: {weight}")
    assert not over, f"over {kilobytes} kB or {requests} requests:\n" + "\n".join(over)
