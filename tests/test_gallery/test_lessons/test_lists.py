"""Lists of lessons and of chapters, on tiny sites."""

import re

TWO = "# sphinx_gallery_lesson_order = {}\nprint('hello')\n"


def words(html: str) -> str:
    """Return what can be read of a piece of HTML."""
    return " ".join(re.sub("<[^>]*>", " ", html).split())


def test_a_chapter_lists_its_lessons_in_order_with_a_picture_of_each_run(make_site):
    site = make_site()
    site.lesson("second", TWO.format(20))
    site.lesson("first", TWO.format(10))
    assert site.build().status == 0, site.log
    page = site.page("index")
    items = re.findall(r"<li>.*?</li>", page[page.index('class="lessons') :], re.DOTALL)
    linked = [re.search(r'href="(\w+)\.html', item) for item in items[:2]]
    assert [link and link[1] for link in linked] == ["first", "second"]
    for item in items[:2]:
        assert item.count('<rect class="p-main"') == 1
        assert re.search(r"\d+ min", item)


def test_a_chapter_says_how_much_there_is_to_read(make_site):
    site = make_site()
    site.lesson("one", TWO.format(10))
    site.lesson("two", TWO.format(20))
    assert site.build().status == 0, site.log
    page = site.page("index")
    assert '<meter max="2" value="0"' in page
    assert "2 lessons, 2 minutes" in words(page)


def test_a_chapter_may_say_where_its_list_stands(make_site):
    site = make_site()
    site.lesson("one", TWO.format(10))
    header = site.root / "snippets/tiny/GALLERY_HEADER.rst"
    header.write_text(f"{header.read_text()}\n.. lessons:: tiny\n\nBehind it.\n")
    assert site.build().status == 0, site.log
    page = words(site.page("index"))
    assert page.count("1 min ") == 1
    assert page.index("1 min ") < page.index("Behind it.")


def test_the_table_of_all_lessons_has_a_row_for_each(make_site):
    site = make_site()
    site.lesson("one", TWO.format(10), title="Why 1 < 2 & other `news`")
    assert site.build().status == 0, site.log
    page = (site.root / "build/html/lessons/index.html").read_text("utf-8")
    row = re.search(r'<tr><th scope="row">.*?</tr>', page)
    assert row
    assert re.fullmatch(r"Why 1 &lt; 2 &amp; other `news` What it does. \d+", words(row[0]))
    assert 'href="tiny/one.html"' in row[0]
    assert 'data-page="lessons/tiny/one"' in row[0]


def test_chapters_say_how_many_lessons_they_have(make_site):
    site = make_site()
    site.lesson("one", TWO.format(10))
    site.lesson("two", TWO.format(20))
    assert site.build().status == 0, site.log
    assert "Tiny 2 lessons" in words((site.root / "build/html/index.html").read_text("utf-8"))
