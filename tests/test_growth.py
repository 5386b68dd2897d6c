"""The benchmark of growth: its copies, its changes, and how it judges."""

import pytest

from benchmarks import growth
from benchmarks.growth import ROOT, Row
from gallery.lesson import Lesson

SOURCE = (ROOT / growth.CHANGED).read_text("utf-8")


def changed_lines(new: str) -> list[tuple[str, str]]:
    pairs = zip(SOURCE.splitlines(), new.splitlines(), strict=True)
    return [(a, b) for a, b in pairs if a != b]


def test_a_copy_has_a_title_and_a_place_of_its_own_and_the_same_lines(tmp_path):
    new = tmp_path / "more_01" / "copy_007.py"
    new.parent.mkdir()
    title = Lesson.read(ROOT / growth.CHANGED).title
    new.write_text(growth.retitled(SOURCE, title, 7))
    lesson = Lesson.read(new)
    assert lesson.title == f"{title}, variation 7"
    assert lesson.settings.order == 8
    assert lesson.name == "more_01/copy_007"
    assert len(changed_lines(new.read_text())) == 3


def test_a_title_that_is_not_there_is_said():
    with pytest.raises(growth.NotMeasured, match="'Another' has no line below"):
        growth.retitled(SOURCE, "Another", 1)


@pytest.mark.parametrize(
    "change, is_prose", [(growth.change_prose, True), (growth.change_code, False)]
)
def test_a_change_changes_one_line_of_its_kind(change, is_prose):
    ((old, new),) = changed_lines(change(SOURCE))
    assert old.startswith("# ") == new.startswith("# ") == is_prose


def test_chapters_are_listed_where_a_page_lists_them(tmp_path):
    index = tmp_path / "index.md"
    index.write_text("lessons/one/index\nlessons/two/index\n```\n")
    growth.list_chapters(index, ["more_01", "more_02"])
    assert index.read_text().split() == [
        *("lessons/one/index", "lessons/two/index", "lessons/more_01/index"),
        *("lessons/more_02/index", "```"),
    ]


def test_nothing_is_patched_where_no_page_lists_chapters(tmp_path):
    index = tmp_path / "index.md"
    index.write_text("# Title\n\nSee lessons/one/index here.\n")
    growth.list_chapters(index, ["more_01"])
    assert index.read_text() == "# Title\n\nSee lessons/one/index here.\n"
    growth.list_chapters(tmp_path / "none.md", ["more_01"])


@pytest.mark.other_python
def test_a_lesson_without_a_recording_is_said(tmp_path):
    with pytest.raises(growth.NotMeasured, match="run make first"):
        growth.check_recorded(ROOT / growth.CHANGED, tmp_path)


def test_too_few_pages_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(growth, "RECORDED", ())
    with pytest.raises(growth.NotMeasured, match="--pages 1 is too few"):
        growth.make_copy(tmp_path, 1)


def test_a_page_is_weighed_with_what_a_browser_loads_at_once(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '<html><link rel="stylesheet" href="a.css?v=1"><link rel="icon" href="i.svg">'
        '<script src="a.js"></script><script>1</script><img src="1.svg"><img src="1.svg">'
        '<img src="2.svg" loading="lazy"></html>'
    )
    found = growth.weight(page, tmp_path)
    assert (found.elements, found.images, found.requests) == (8, 3, 4)
    assert found.html == page.stat().st_size > found.gzipped


@pytest.mark.parametrize(
    "values, limit, grows, verdict",
    [
        ([3.0, 4.0], 4, True, "met"),
        ([3.0, 4.1], 4, True, "missed"),
        ([10, 11], None, False, "met"),
        ([10, 12], None, False, "missed"),
        ([10], None, False, ""),
        ([10, 99], None, True, ""),
        ([None, None], 4, False, ""),
    ],
)
def test_a_row_says_whether_its_goal_is_met(values, limit, grows, verdict):
    assert Row("row", "s", values, limit, grows).verdict == verdict


def test_the_table_has_a_column_for_each_number_of_pages():
    rows = [Row("full build", "s", [1.5, 1234.0], 2)]
    *_, line = growth.markdown(rows, [16, 250]).splitlines()
    assert line == "| full build | 1.50 | 1,234.0 | s | at most 2 | missed |"
