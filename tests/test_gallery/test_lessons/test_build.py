"""What the build says of scripts that are no lessons, and of warnings: the author's file first."""

import re


def test_scripts_that_are_no_lessons_are_told_of_before_anything_is_recorded(make_site):
    site = make_site()
    site.lesson("one", "print(1)\n# sphinx_gallery_lesson_order = 10\n")
    site.lesson("two", "print(2)\n# sphinx_gallery_lesson_order = 10\n")
    site.lesson("with-hyphen", "print(3)\n")
    bare = site.root / "snippets" / "tiny" / "bare.py"
    bare.write_text("print(4)\n")
    assert site.build().status == 2
    folder = site.root / "snippets" / "tiny"
    for words in (
        f"{folder}/two.py: lesson_order = 10 is that of one.py, too; give another",
        f"{folder}/with-hyphen.py: no name for a module, and children import the script as one; "
        "rename it to with_hyphen.py",
        f"{folder}/bare.py:1: there is no docstring; begin with one: the title, ==== under it",
    ):
        assert site.log.count(words) == 1, site.log
    assert not (site.root / "recordings").exists()


def test_a_warning_names_the_script_and_its_line(make_site):
    """Not the page that sphinx-gallery made of it."""
    site = make_site()
    path = site.lesson(
        "one", "print(1)\n\n# %%\n# Some prose.\n#\n# And :ref:`no_such_label` here.\n\nx = 1\n"
    )
    assert site.build().status == 1
    line = 1 + path.read_text().splitlines().index("# And :ref:`no_such_label` here.")
    assert f"{path}:{line}: WARNING: undefined label: 'no_such_label'" in site.log
    assert not re.search(r"lessons/tiny/one\.rst.*WARNING", site.log)


def test_a_warning_about_a_docstring_names_its_line(make_site):
    site = make_site()
    path = site.root / "snippets" / "tiny" / "one.py"
    path.write_text('"""\nOne\n===\n\nWith :ref:`no_such_label`.\n"""\nprint(1)\n')
    assert site.build().status == 1
    assert f"{path}:5: WARNING: undefined label" in site.log


def test_a_warning_about_an_introduction_names_its_file(make_site):
    site = make_site()
    site.lesson("one", "print(1)\n")
    header = site.root / "snippets" / "tiny" / "GALLERY_HEADER.rst"
    header.write_text(header.read_text() + "\nSee :ref:`no_such_label`.\n")
    assert site.build().status == 1
    assert re.search(rf"{header}\S* WARNING: undefined label", site.log)
