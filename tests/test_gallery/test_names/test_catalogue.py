"""Which lessons have something in common: counted by how rare it is."""

import pytest

from gallery.names.catalogue import Catalogue, Taught
from gallery.names.manual import read_manual

MP = "multiprocessing"


def lesson(name: str, *names: str) -> Taught:
    """Return a lesson that uses names in its first cell, and the module as all do."""
    used: dict[str, tuple[int, ...]] = {f"{MP}.{n}": (1,) for n in names}
    return Taught(f"tiny/{name}", name, {MP: (1,)} | used)


CATALOGUE = Catalogue(
    read_manual(),
    (
        lesson("start", "Process", "Process.start"),
        lesson("queue", "Process", "Queue", "Queue.put"),
        lesson("sentinel", "Process", "Queue", "Queue.put", "Queue.get"),
        lesson("barrier", "Process", "Barrier", "Queue"),
        lesson("wait", "Process", "Barrier"),
        lesson("logger", "get_logger"),
        lesson("nothing"),
    ),
)


def related(name: str) -> list[str]:
    """Return the names of the lessons that are near, the nearest first."""
    return [r.title for r in CATALOGUE.related(f"tiny/{name}")]


def test_rare_names_weigh_more_than_common_ones():
    """``Barrier`` is in two lessons, ``Queue`` in three, ``Process`` in five."""
    assert related("wait") == ["barrier", "start", "queue"]
    assert related("barrier") == ["wait", "queue", "sentinel"]


def test_more_names_weigh_more():
    assert related("sentinel")[0] == "queue"


def test_at_most_three_and_those_earlier_in_the_book_where_it_is_equal():
    assert related("start") == ["queue", "sentinel", "barrier"]


def test_what_is_shared_is_told_the_rarest_first():
    (nearest, *_) = CATALOGUE.related("tiny/sentinel")
    assert nearest.shared == (f"{MP}.Queue.put", f"{MP}.Queue", f"{MP}.Process")


@pytest.mark.parametrize("name", ["logger", "nothing", "no such lesson"])
def test_a_lesson_with_nothing_in_common_has_none(name):
    """The module, which every lesson imports, is nothing in common."""
    assert related(name) == []


def test_a_name_in_every_lesson_says_nothing():
    catalogue = Catalogue(read_manual(), (lesson("a", "Process"), lesson("b", "Process")))
    assert catalogue.related("tiny/a") == []


def test_who_uses_a_name_in_reading_order():
    assert [t.title for t in CATALOGUE.using(f"{MP}.Queue")] == ["queue", "sentinel", "barrier"]
    assert CATALOGUE.using(f"{MP}.Array") == []
