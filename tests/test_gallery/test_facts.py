"""A page is read again when a fact that it states is no longer so, and only then."""

import re

import pytest

STATES = """
from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from gallery import facts

class Says(SphinxDirective):
    required_arguments = 1
    def run(self):
        about = self.arguments[0]
        facts.state(self.env, "said", about)
        return [nodes.paragraph("", "said: " + said(facts.app_of(self.env), about))]

def said(app, about):
    return (Path(app.confdir) / f"{about}.said").read_text()

def setup(app):
    app.add_directive("says", Says)
    facts.register(app, "said", said)
"""


@pytest.fixture
def site(make_site):
    """Make a site with eight pages of prose, each of which says what is in a file."""
    site = make_site()
    site.lesson("one", "print(1)\n")
    conf = site.root / "conf.py"
    conf.write_text(conf.read_text() + STATES)
    names = [f"page{n}" for n in range(8)]
    for name in names:
        (site.root / "docs" / f"{name}.md").write_text(f"# {name}\n\n```{{says}} {name}\n```\n")
        (site.root / f"{name}.said").write_text(f"{name} first")
    index = site.root / "docs" / "index.md"
    tree = "\n".join(names)
    index.write_text(index.read_text() + f"\n```{{toctree}}\n{tree}\n```\n")
    return site


@pytest.mark.parametrize("jobs", [1, 2])
def test_only_the_page_whose_fact_changed_is_read_again(site, jobs):
    assert site.build(jobs=jobs).status == 0, site.log
    (site.root / "page3.said").write_text("page3 second")
    assert site.build(jobs=jobs).status == 0, site.log
    html = site.root / "build" / "html"
    assert "said: page3 second" in (html / "page3.html").read_text()
    assert "said: page4 first" in (html / "page4.html").read_text()
    assert re.search(r"0 added, 1 changed, 0 removed", site.log), site.log
    assert site.build(jobs=jobs).status == 0, site.log
    assert re.search(r"0 added, 0 changed, 0 removed", site.log), site.log
