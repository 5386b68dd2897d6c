"""Run every lesson as a reader would: `python lesson.py`, where the tests cannot run (Windows).

    python -m tests.plain_runs [FOLDER]

It needs the standard library, gallery/lesson.py and gallery/pair.py. It tells whether each lesson,
and each cured program beside one, ends by itself, with 0, under the platform's own start method.
What it prints is shown, and compared with nothing.
"""

import multiprocessing
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from gallery.lesson import Lesson, scripts_in
from gallery.pair import pairs_of

ROOT = Path(__file__).resolve().parents[1]


def excuse(lesson: Lesson) -> str:
    """Say why a lesson is not run here; empty where it is."""
    settings = lesson.settings
    method = multiprocessing.get_start_method()
    if method not in settings.start_methods:
        return f"it is not about {method}: {settings.start_methods_reason}"
    if sys.version_info < settings.needs_python or settings.needs:
        return f"it needs {lesson.needs_in_words}"
    return ""


def problem(lesson: Lesson) -> str:
    """Run a lesson in a folder of its own, with the files that it reads; say what went wrong."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for file in (lesson.path, *lesson.files):
            shutil.copy(file, folder)
        words = [sys.executable, lesson.path.name]
        limit = 3 * lesson.settings.timeout
        try:
            status = subprocess.run(words, cwd=folder, timeout=limit).returncode
        except subprocess.TimeoutExpired:
            return f"it did not end within {limit:.0f} s"
    return f"it ended with {status}" if status else ""


def runs(lesson: Lesson) -> list[Lesson]:
    """Return what is to end well: the lesson, where it has code, and the cures beside it."""
    return [*([lesson] if lesson.cells else []), *(pair.cured for pair in pairs_of(lesson))]


def main(folder: Path) -> int:
    """Run all; return 1 if one went wrong, or if there was none."""
    wrong, played = [], 0
    for lesson in (run for path in scripts_in(folder) for run in runs(Lesson.read(path))):
        print(f"=== {lesson.name}", flush=True)
        if why := excuse(lesson):
            print(f"not run: {why}")
            continue
        played += 1
        if what := problem(lesson):
            wrong.append(f"{lesson.name}: {what}")
    print(f"=== {played} lessons were run; {len(wrong)} went wrong", *wrong, sep="\n")
    return int(bool(wrong) or not played)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "snippets"))
