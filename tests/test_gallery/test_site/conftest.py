"""Tiny sites that several tests look at, each built once."""

import pytest

from tests.test_gallery.conftest import Site

CODE = """
# %%
# It writes a line.

from multiprocessing import Process


def work() -> None:
    print("done & <gone>")


if __name__ == "__main__":
    child = Process(target=work)
    child.start()
    child.join()

# sphinx_gallery_lesson_added = "2026-03-0{day}"
"""


def address_is(site: Site, address: str) -> None:
    """Write the address as conf.py would take it from the environment."""
    conf = site.root / "conf.py"
    conf.write_text(conf.read_text() + f"\nhtml_baseurl = {address!r}\n")


@pytest.fixture(scope="module")
def built_once(make_site):
    """Build what a function has put into a tiny site; return the site."""

    def build(prepare) -> Site:
        site = make_site()
        prepare(site)
        site.build()
        assert site.status == 0, site.log
        return site

    return build
