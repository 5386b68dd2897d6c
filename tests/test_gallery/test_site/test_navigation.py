"""The ways through the site: sections, chapters of which one is open, and where a page stands."""

from types import SimpleNamespace
from typing import Any

import pytest
from docutils import nodes
from sphinx import addnodes

from gallery.site.navigation import FOOTER, Group, Link, Navigation


def environment(trees: dict[str, Any]) -> Any:
    """Return what Sphinx knows of pages with these toctrees: (caption, entries) by page."""
    pages = {"index", *trees, *(ref for tree in trees.values() for _, refs in tree for ref in refs)}
    tocs = {page: nodes.bullet_list() for page in pages}
    for page, listed in trees.items():
        for caption, refs in listed:
            entries = [(None, ref) for ref in refs]
            tocs[page] += addnodes.toctree(caption=caption, entries=entries)
    return SimpleNamespace(
        config=SimpleNamespace(root_doc="index"),
        tocs=tocs,
        titles={p: nodes.title("", p.title()) for p in pages},
        toctree_includes={p: [r for _, refs in tree for r in refs] for p, tree in trees.items()},
        collect_relations=lambda: RELATED,
    )


TREES = {
    "index": [
        ("Learn", ["all"]),
        ("Learn", ["pools", "queues"]),
        ("Errors", ["errors"]),
        ("Reference", ["names", "terms"]),
        ("Check yourself", ["quiz"]),
        (None, ["about"]),
        (FOOTER, ["hosting", "format"]),
    ],
    "pools": [(None, ["map", "starmap"])],
    "map": [(None, ["deep"])],
    "queues": [(None, ["pipe"])],
    "errors": [(None, ["starting"]), (None, ["hangs"])],
    "starting": [(None, ["guard", "pickle"])],
    "hangs": [(None, ["join"])],
    "quiz": [(None, ["quiz/pools", "quiz/queues"])],
    "names": [(None, ["names/pools"])],
}
SHORT = {
    "map": "map()",
    "names/pools": "Names: Pools",
    "quiz/pools": "Quiz: Pools",
    "quiz/queues": "Quiz: Queues",
}
RELATED = {
    "index": [None, None, "all"],
    "all": ["index", "index", "pools"],
    "pipe": ["queues", "queues", "errors"],
    "errors": ["index", "pipe", "starting"],
}
SITE = Navigation(environment(TREES), SHORT, ["pools", "queues"])


def test_a_page_is_in_the_section_that_the_first_page_lists_it_under():
    pages = ("index", "deep", "guard", "quiz/pools", "about", "format")
    names = [section.name for page in pages if (section := SITE.section_of(page))]
    assert names == ["Learn", "Learn", "Errors", "Check yourself", "About", FOOTER]
    assert SITE.section_of("nowhere") is None


def test_the_way_from_page_to_page_leaves_no_section():
    found = {page: SITE.leaves_section(page) for page in (*RELATED, "nowhere")}
    assert found == {
        "index": (False, False),
        "all": (False, False),
        "pipe": (False, True),
        "errors": (True, False),
        "nowhere": (False, False),
    }


def test_the_bar_has_the_sections_and_the_foot_what_is_for_maintainers():
    shown = SITE.of("starmap")
    assert shown.sections == (
        Link("all", "Learn"),
        Link("errors", "Errors"),
        Link("names", "Reference"),
        Link("quiz", "Check yourself"),
        Link("about", "About"),
    )
    assert shown.footer == (Link("hosting", "Hosting"), Link("format", "Format"))
    assert SITE.of("format").section == FOOTER


def test_one_chapter_is_open():
    shown = SITE.of("starmap")
    assert shown.section == "Learn"
    assert shown.groups == (
        Group(links=(Link("all", "All"),)),
        Group(
            "Pools",
            1,
            Link("pools", "Pools"),
            2,
            (Link("map", "map()"), Link("starmap", "Starmap")),
        ),
        Group("Queues", 2, Link("queues", "Queues"), 1),
    )


def test_a_deep_page_is_below_the_one_that_leads_to_it():
    _, pools, _ = SITE.of("deep").groups
    assert pools.links == (
        Link("map", "map()"),
        Link("deep", "Deep", below=1),
        Link("starmap", "Starmap"),
    )


def test_what_the_only_page_of_a_section_lists_is_in_the_section():
    assert SITE.of("pickle").groups == (
        Group(links=(Link("errors", "Errors"),)),
        Group(
            "Starting",
            front=Link("starting", "Starting"),
            count=2,
            links=(Link("guard", "Guard"), Link("pickle", "Pickle")),
        ),
        Group("Hangs", front=Link("hangs", "Hangs"), count=1),
    )
    assert not any(group.links for group in SITE.of("errors").groups[1:])
    pages = (Link("quiz", "Quiz"), Link("quiz/pools", "Pools"), Link("quiz/queues", "Queues"))
    for page in ("quiz", "quiz/queues"):
        assert SITE.of(page).groups == (Group(links=pages),)


def test_a_section_of_single_pages_is_a_list():
    (group,) = SITE.of("names/pools").groups
    assert group == Group(
        links=(
            Link("names", "Names"),
            Link("names/pools", "Pools", below=1),
            Link("terms", "Terms"),
        )
    )


@pytest.mark.parametrize(
    ("page", "way", "place"),
    [
        ("index", [], ""),
        ("all", [], ""),
        ("starmap", [Link("all", "Learn"), Link("pools", "Pools")], "Lesson 2 of 2"),
        ("pools", [Link("all", "Learn")], "Chapter 1 of 2"),
        ("queues", [Link("all", "Learn")], "Chapter 2 of 2"),
        ("errors", [], ""),
        ("join", [Link("errors", "Errors"), Link("hangs", "Hangs")], ""),
        ("terms", [Link("names", "Reference")], ""),
        ("names/pools", [Link("names", "Reference")], ""),
        ("quiz/pools", [Link("quiz", "Check yourself")], ""),
        ("404", [], ""),
    ],
)
def test_a_page_says_where_it_stands(page, way, place):
    shown = SITE.of(page)
    assert (list(shown.way), shown.place) == (way, place)


def test_the_first_page_shows_the_first_section_folded():
    shown = SITE.of("index")
    assert [group.title for group in shown.groups] == ["", "Pools", "Queues"]
    assert not any(group.links for group in shown.groups[1:])


def test_a_page_in_no_toctree_has_the_sections():
    shown = SITE.of("404")
    assert (shown.section, shown.groups, shown.way) == ("", (), ())
    assert len(shown.sections) == 5


def test_what_is_no_page_is_left_out():
    env = environment({"index": [("More", ["there", "https://example.org/", "self"])]})
    del env.titles["https://example.org/"], env.titles["self"]
    assert Navigation(env).of("there").groups == (Group(links=(Link("there", "There"),)),)


def test_pages_that_list_each_other_end():
    trees = {"index": [("A", ["one"])], "one": [(None, ["two"])], "two": [(None, ["one"])]}
    shown = Navigation(environment(trees)).of("two")
    assert [link.page for group in shown.groups for link in group.links] == ["one", "one"]
    assert [group.title for group in shown.groups] == ["", "Two"]


def test_a_page_carries_no_more_where_the_site_is_larger():
    """What is beside a lesson grows with its chapter and the chapters' number, not with lessons."""
    small, large = (
        environment(
            {
                "index": [("Learn", ["a", "b"])],
                "a": [(None, ["a/0", "a/1"])],
                "b": [(None, [f"b/{n}" for n in range(lessons)])],
            }
        )
        for lessons in (3, 300)
    )

    def links(env: Any) -> list[tuple[Link, ...]]:
        return [group.links for group in Navigation(env).of("a/1").groups]

    assert links(small) == links(large) == [(Link("a/0", "A/0"), Link("a/1", "A/1")), ()]
