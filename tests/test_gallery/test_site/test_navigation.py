"""The navigation: the section that a page is in, opened on the way to the page."""

from types import SimpleNamespace
from typing import Any

from docutils import nodes
from sphinx import addnodes

from gallery.site.navigation import Entry, Navigation


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
    "index": [("Chapters", ["pools", "queues"]), ("Reference", ["names"]), (None, ["about"])],
    "pools": [(None, ["map", "starmap"])],
    "map": [(None, ["deep"])],
    "queues": [(None, ["pipe"])],
    "names": [(None, ["names/pools"])],
}


def test_only_the_way_to_the_page_is_opened():
    shown = Navigation(environment(TREES)).of("starmap")
    assert shown.section == "Chapters"
    assert shown.entries == (
        Entry("pools", "Pools", True, (Entry("map", "Map"), Entry("starmap", "Starmap", True))),
        Entry("queues", "Queues"),
    )
    assert shown.others == (Entry("names", "Reference"), Entry("about", "About"))


def test_a_chapter_shows_its_lessons_and_a_deep_page_its_way():
    navigation = Navigation(environment(TREES))
    (pools, queues) = navigation.of("queues").entries
    assert pools == Entry("pools", "Pools")
    assert queues.children == (Entry("pipe", "Pipe"),)
    (pools, _) = navigation.of("deep").entries
    assert pools.children[0] == Entry("map", "Map", True, (Entry("deep", "Deep", True),))


def test_the_first_page_shows_the_first_section():
    shown = Navigation(environment(TREES)).of("index")
    assert [entry.page for entry in shown.entries] == ["pools", "queues"]
    assert not any(entry.on_path or entry.children for entry in shown.entries)
    assert len(shown.others) == 2


def test_a_page_in_no_toctree_has_the_sections():
    shown = Navigation(environment(TREES)).of("404")
    assert shown.entries == ()
    assert [entry.title for entry in shown.others] == ["Chapters", "Reference", "About"]


def test_what_is_no_page_is_left_out():
    env = environment({"index": [("More", ["there", "https://example.org/", "self"])]})
    del env.titles["https://example.org/"], env.titles["self"]
    assert Navigation(env).of("there").entries == (Entry("there", "There", True),)


def test_pages_that_list_each_other_end():
    trees = {"index": [("A", ["one"])], "one": [(None, ["two"])], "two": [(None, ["one"])]}
    (one,) = Navigation(environment(trees)).of("two").entries
    assert one.children == (Entry("two", "Two", True, (Entry("one", "One"),)),)


def test_a_page_carries_no_more_where_the_site_is_larger():
    """What is beside a lesson grows with its chapter and the chapters' number, not with lessons."""
    small, large = (
        environment(
            {
                "index": [("Chapters", ["a", "b"])],
                "a": [(None, ["a/0", "a/1"])],
                "b": [(None, [f"b/{n}" for n in range(lessons)])],
            }
        )
        for lessons in (3, 300)
    )
    assert Navigation(small).of("a/1") == Navigation(large).of("a/1")
