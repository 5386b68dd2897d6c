"""What a page of each kind costs: bytes over the wire (gzip, with headers), requests, elements.

The budgets are in kinds.py. The heaviest page of each kind is weighed: none may cost more for
there being more pages.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from tests.test_site.conftest import HTML, heaviest_pages
from tests.test_site.kinds import KINDS
from tests.test_site.serving import served

HEAVIEST = heaviest_pages()
AFTERWARDS = re.compile(r"/search-index-\d+\.js$")


@dataclass
class Weight:
    """What was sent for a page, bytes by address, and how many elements it has then."""

    sent: dict[str, int] = field(default_factory=dict)
    elements: int = 0

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
        requests = len(self.sent)
        return f"{self.bytes:,} bytes, {requests} requests, {self.elements:,} elements: {listed}"


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
            weight.elements = page.evaluate("document.getElementsByTagName('*').length")
            context.close()
            return weight

        yield weigh


@pytest.mark.parametrize("kind", HEAVIEST)
def test_no_page_is_over_its_budget(weigh, kind):
    name, budget = HEAVIEST[kind], KINDS[kind]
    # A search costs what its first results do; where nothing is, the address is searched for.
    weight = weigh(f"{name}?q=queue" if kind == "search" else name)
    if kind in ("search", "not found"):  # the parts with sentences come after those
        weight.sent = {at: n for at, n in weight.sent.items() if not AFTERWARDS.search(at)}
    assert weight.bytes <= budget.kilobytes * 1000, f"{name}: {weight}"
    assert len(weight.sent) <= budget.requests, f"{name}: {weight}"
    assert weight.elements <= budget.elements, f"{name}: {weight}"
