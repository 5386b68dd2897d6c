"""What is told of a lesson's tests."""

import pytest

from gallery.evidence.lesson_tests import _read

REPORT = """<testsuite>
<testcase name="test_good"/>
<testcase name="test_bad"><failure message="{message}">all of it</failure></testcase>
</testsuite>"""


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            "TimeoutExpired: Command '['/root/.pyenv/bin/python', PosixPath('/tmp/a-b/large.py')]'",
            "TimeoutExpired: Command '['python', PosixPath('large.py')]'",
        ),
        ("assert 1 / 2 == 'and/or'", "assert 1 / 2 == 'and/or'"),
        ("see https://docs.python.org/3/library/re.html", None),
        ("x" * 300, "x" * 200),
    ],
)
def test_no_folder_of_this_machine_is_told(message, told, tmp_path):
    (tmp_path / "results.xml").write_text(REPORT.format(message=message))
    cell = _read(tmp_path / "results.xml", 1, tmp_path / "errors", 0.5)
    assert (cell.state, cell.runs, cell.good) == ("failed", 2, 1)
    assert cell.why == f"1 of 2 tests: test_bad: {told or message}"
