"""The ways through the site: sections, chapters of which one is open, and where a page stands."""

from types import SimpleNamespace
from typing import Any

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
    )


TREES = {
    "index": [
        ("Learn", ["all"]),
        ("Learn", ["pools", "queues"]),
        ("Errors", ["errors"]),
        ("Reference", ["names", "terms"]),
        (None, ["about"]),
        (FOOTER, ["hosting", "format"]),
    ],
    "pools": [(None, ["map", "starmap"])],
    "map": [(None, ["deep"])],
    "queues": [(None, ["pipe"])],
    "errors": [("Does not start", ["guard", "pickle"]), ("Hangs", ["join"])],
    "names": [(None, ["names/pools"])],
}
SHORT = {"map": "map()", "names/pools": "Names: Pools"}
SITE = Navigation(environment(TREES), SHORT, ["pools", "queues"])


def test_the_bar_has_the_sections_and_the_foot_what_is_for_maintainers():
    shown = SITE.of("starmap")
    assert shown.sections == (
        Link("all", "Learn"),
        Link("errors", "Errors"),
        Link("names", "Reference"),
        Link("about", "About"),
    )
    assert shown.footer == (Link("hosting", "Hosting"), Link("format", "Format"))
    assert SITE.of("format").section == FOOTER


def test_one_chapter_is_open():
    shown = SITE.of("starmap")
    assert shown.section == "Learn"
    assert shown.groups == (
        Group(links=(Link("all", "All"),)),
        Group("Pools", 1, Link("pools", "Pools"), 2, (Link("map", "map()"), Link("starmap", "Starmap"))),
        Group("Queues", 2, Link("queues", "Queues"), 1),
    )


def test_a_deep_page_is_below_the_one_that_leads_to_it():
    _, pools, _ = SITE.of("deep").groups
    assert pools.links == (Link("map", "map()"), Link("deep", "Deep", below=1), Link("starmap", "Starmap"))


def test_a_page_with_captions_has_a_chapter_for_each():
    shown = SITE.of("pickle")
    front = "errors"
    assert shown.groups == (
        Group(links=(Link(front, "Errors"),)),
        Group(
            "Does not start",
            front=Link(front, "Does not start", anchor="does-not-start"),
            count=2,
            links=(Link("guard", "Guard"), Link("pickle", "Pickle")),
        ),
        Group("Hangs", front=Link(front, "Hangs", anchor="hangs"), count=1),
    )
    assert not any(group.links for group in SITE.of(front).groups[1:])


def test_a_section_of_single_pages_is_a_list():
    (group,) = SITE.of("names/pools").groups
    assert group == Group(
        links=(Link("names", "Names"), Link("names/pools", "Pools", below=1), Link("terms", "Terms"))
    )


def test_a_page_says_where_it_stands():
    learn, errors, names = Link("all", "Learn"), Link("errors", "Errors"), Link("names", "Reference")
    assert {page: (SITE.of(page).way, SITE.of(page).place) for page in TREES | {"starmap": (), "terms": ()}} == {
        "index": ((), ""),
        "starmap": ((learn, Link("pools", "Pools")), "Lesson 2 of 2"),
        "map": ((learn, Link("pools", "Pools")), "Lesson 1 of 2"),
        "pools": ((learn,), "Chapter 1 of 2"),
        "queues": ((learn,), "Chapter 2 of 2"),
        "errors": ((), ""),
        "names": ((), ""),
        "terms": ((names,), ""),
    }
    assert SITE.of("join").way == (errors, Link("errors", "Hangs", anchor="hangs"))
    assert SITE.of("names/pools").way == (names,)


def test_the_first_page_shows_the_first_section_folded():
    shown = SITE.of("index")
    assert [group.title for group in shown.groups] == ["", "Pools", "Queues"]
    assert not any(group.links for group in shown.groups[1:])


def test_a_page_in_no_toctree_has_the_sections():
    shown = SITE.of("404")
    assert (shown.section, shown.groups, shown.way) == ("", (), ())
    assert len(shown.sections) == 4


def test_what_is_no_page_is_left_out():
    env = environment({"index": [("More", ["there", "https://example.org/", "self"])]})
    del env.titles["https://example.org/"], env.titles["self"]
    assert Navigation(env).of("there").groups == (Group(links=(Link("there", "There"),)),)


def test_pages_that_list_each_other_end():
    trees = {"index": [("A", ["one"])], "one": [(None, ["two"])], "two": [(None, ["one"])]}
    (group,) = Navigation(environment(trees)).of("two").groups
    assert [(link.page, link.below) for link in group.links] == [("one", 0), ("two", 1), ("one", 2)]


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
