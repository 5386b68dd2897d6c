"""Plain runs tell which lessons end badly, and which they left out."""

from tests.plain_runs import main

TITLE = '"""\nTitle\n=====\n\nWhat.\n"""\n'


def test_what_ended_how(write, tmp_path, capfd):
    """A file is there for the lesson that reads it; another start method's lesson is not run."""
    write("words", "snippets/one/words.txt")
    reads = (
        TITLE + "print(open('words.txt').read())\n# sphinx_gallery_lesson_files = ['words.txt']\n"
    )
    write(reads, "snippets/one/good.py")
    assert main(tmp_path / "snippets") == 0
    write(TITLE + "import sys\nsys.exit(3)\n", "snippets/one/bad.py")
    write(
        TITLE + "print('played')\n# sphinx_gallery_lesson_needs_python = (9, 1)\n",
        "snippets/one/newer.py",
    )
    write(
        TITLE + "import time\ntime.sleep(60)\n# sphinx_gallery_lesson_timeout = 0.1\n",
        "snippets/one/slow.py",
    )
    assert main(tmp_path / "snippets") == 1
    said = capfd.readouterr().out
    assert "words\n" in said
    assert "played\n" not in said
    assert "not run: it needs Python 9.1" in said
    assert said.endswith(
        "=== 3 lessons were run; 2 went wrong\n"
        "one/bad: it ended with 3\n"
        "one/slow: it did not end within 0 s\n"
    )


def test_no_lesson_is_no_success(tmp_path):
    assert main(tmp_path) == 1
