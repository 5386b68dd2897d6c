"""How fast the recorder and the build are: ratios, measured side by side in one run.

``make bench`` runs all; ``python benchmarks/bench.py 1 3`` the named ones. Each figure is a ratio
of two things that took turns on the same machine, at least five times: minimum and median.
Seconds of a shared machine mean little; what took turns with what does.
"""

from __future__ import annotations

import argparse
import contextlib
import heapq
import importlib.util
import json
import os
import platform
import pty
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gallery.lesson import Lesson, scripts_in  # noqa: E402
from multitrack.run import record  # noqa: E402
from multitrack.script import START_METHODS, Script  # noqa: E402

OUTPUT = ROOT / "build" / "bench.json"
TURNS = 5
LIMIT = 90  # seconds for a peer's build
LESSON = "snippets/communication/queues.py"
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "check": True}
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}

EMPTY_CONF = 'html_theme = "furo"\nproject = "empty"\n'
GENERATED = '''"""
Lesson {number}
===============

A generated lesson: one child says a word.
"""

import multiprocessing
import time


def work() -> None:
    """Say a word."""
    print("hello from", {number})
    time.sleep(0.05)


if __name__ == "__main__":
    child = multiprocessing.Process(target=work)
    child.start()
    child.join()
    print("done")

# sphinx_gallery_lesson_order = {number}
'''

GUARD = 'if __name__ == "__main__":\n'  # the first one is where main begins
MANY_PRINTS = """
import multiprocessing


def work(number):
    for line in range(5000):
        print("worker", number, "line", line)


if __name__ == "__main__":
    processes = []
    for number in range(4):
        processes.append(multiprocessing.Process(target=work, args=(number,)))
        processes[-1].start()
    for process in processes:
        process.join()
"""


def seconds(do: Callable[[], object]) -> float:
    """Return how long a call takes."""
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def take_turns(turns: int, *calls: Callable[[], object]) -> list[list[float]]:
    """Time each call in turn, ``turns`` times; a list of seconds for each call."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(turns):
        for call, found in zip(calls, times, strict=True):
            found.append(seconds(call))
    return times


def ratio(name: str, times: list[list[float]], goal: float | None, note: str = "") -> dict:
    """Return a row of the table: the first call's seconds over the second's."""
    ratios = [a / b for a, b in zip(*times, strict=True)]
    row = {
        "name": name,
        "minimum": min(times[0]) / min(times[1]),
        "median": statistics.median(ratios),
        "goal": goal,
        "seconds": [statistics.median(t) for t in times],
        "turns": len(ratios),
        "note": note,
    }
    met = "" if goal is None else ("met" if row["median"] <= goal else "MISSED")
    print(
        f"{name:<52} min {row['minimum']:6.2f}  median {row['median']:6.2f}  "
        f"goal {goal if goal is not None else '-':>5} {met:<6} "
        f"[{row['seconds'][0]:.2f} s : {row['seconds'][1]:.2f} s]  {note}",
        flush=True,
    )
    return row


@contextlib.contextmanager
def checkout() -> Iterator[Path]:
    """Make a copy of what git tracks, without anything that was built."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name, "project")
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        )
        for file in filter(None, listed.stdout.split("\0")):
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, target)
        leave_out_quiz(folder)
        yield folder


def leave_out_quiz(folder: Path) -> None:
    """Delete the questions: these figures are about lessons, and peers have no quiz."""
    for path in [*folder.glob("snippets/**/*quiz.yaml"), *folder.glob("docs/quiz*.md")]:
        path.unlink()
    shutil.rmtree(folder / "docs" / "quiz", ignore_errors=True)
    index = folder / "docs" / "index.md"
    kept = [line for line in index.read_text("utf-8").splitlines() if not line.startswith("quiz")]
    index.write_text("\n".join(kept) + "\n", encoding="utf-8")


def build(folder: Path) -> None:
    """Build the site in a folder; not strictly, for links to the quiz lead nowhere."""
    options = ["-q", "-n", "-c", ".", "docs", "build/html"]
    subprocess.run([sys.executable, "-m", "sphinx", *options], cwd=folder, env=CLEAN, **QUIET)


def forget(folder: Path) -> None:
    """Delete all that was built and recorded."""
    shutil.rmtree(folder / "build", ignore_errors=True)
    shutil.rmtree(folder / "docs" / "lessons", ignore_errors=True)


def one_lesson() -> list[dict]:
    """1: a script recorded, against the same script run by hand, into a file and in a terminal.

    A recording writes each line when it ends, as a terminal has it and a file does not.
    """
    rows = []
    sources = {"one lesson": (ROOT / LESSON).read_text("utf-8"), "many prints": MANY_PRINTS}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for what, source in sources.items():
            for method in START_METHODS:
                path = Path(name, f"{what.replace(' ', '_')}_{method}.py")
                path.write_text(
                    source.replace(
                        GUARD,
                        f"{GUARD}    import multiprocessing\n"
                        f'    multiprocessing.set_start_method("{method}")\n',
                        1,
                    )
                )
                script = Script.read(path)

                def into_a_file(path: Path = path) -> None:
                    with Path(name, "output").open("w") as output:
                        subprocess.run([sys.executable, path], stdout=output, check=True, env=CLEAN)

                def recorded(script: Script = script, method: str = method) -> None:
                    assert record(script, method).ok

                def shown(path: Path = path) -> None:
                    in_a_terminal(path)

                recorded()  # asks once whether the kernel reports processes
                times = take_turns(2 * TURNS, recorded, into_a_file, shown)
                for where, other in (("into a file", times[1]), ("in a terminal", times[2])):
                    pairs = zip(times[0], other, strict=True)
                    added = statistics.median(a - 1.05 * b for a, b in pairs)
                    note = f"beyond 1.05: {added * 1000:+.0f} ms (goal: at most +40)"
                    title = f"1 {what}, {method}, recorded : {where}"
                    rows.append(ratio(title, [times[0], other], None, note))
    return rows


def in_a_terminal(script: Path) -> None:
    """Run a script in a terminal that takes what comes and shows nothing."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    process = subprocess.Popen([sys.executable, script], stdout=theirs, env=CLEAN)
    os.close(theirs)
    with contextlib.suppress(OSError):  # EIO: nobody holds the other end any more
        while os.read(ours, 1 << 16):
            pass
    os.close(ours)
    assert process.wait() == 0


def packed(durations: list[float], cores: int) -> float:
    """Return how long jobs take on so many cores, the longest first."""
    ends = [0.0] * cores
    for duration in sorted(durations, reverse=True):
        heapq.heapreplace(ends, ends[0] + duration)
    return max(ends)


def cold_build() -> list[dict]:
    """2: a cold build, against its recordings packed on the cores plus an empty furo build."""
    with checkout() as folder, tempfile.TemporaryDirectory(prefix="bench-") as empty:
        Path(empty, "conf.py").write_text(EMPTY_CONF)
        Path(empty, "index.rst").write_text("Empty\n=====\n")

        def nothing() -> None:
            shutil.rmtree(Path(empty, "out"), ignore_errors=True)
            subprocess.run(
                [sys.executable, "-m", "sphinx", "-q", empty, f"{empty}/out"], env=CLEAN, **QUIET
            )

        cold, ideal = [], []
        for _ in range(TURNS):
            forget(folder)
            cold.append(seconds(lambda: build(folder)))
            durations = [
                json.loads(p.read_text())["duration"]
                for p in (folder / "build").rglob("*.json")
                if p.parent.parent.name == "recordings"
            ]
            ideal.append(packed(durations, os.cpu_count() or 1) + seconds(nothing))
        note = f"{len(durations)} recordings of {sum(durations):.0f} s"
        return [ratio("2 cold build : ideal", [cold, ideal], 1.15, note)]


def unchanged_build() -> list[dict]:
    """3: a build in which nothing changed, against importing what it must import."""
    imports = "import sphinx, furo, sphinx_gallery.gen_gallery, myst_parser"
    with checkout() as folder:
        build(folder)
        times = take_turns(
            2 * TURNS,
            lambda: build(folder),
            lambda: subprocess.run([sys.executable, "-c", imports], env=CLEAN, **QUIET),
        )
        return [ratio("3 unchanged build : its imports", times, 4)]


def changed_lesson() -> list[dict]:
    """4: a build after one lesson changed, against a cold one."""
    with checkout() as folder:
        script, warm, cold = folder / LESSON, [], []
        for turn in range(TURNS):
            forget(folder)
            cold.append(seconds(lambda: build(folder)))
            script.write_text(script.read_text() + f"# turn {turn}\n")
            warm.append(seconds(lambda: build(folder)))
        return [ratio("4 one changed lesson : cold build", [warm, cold], 0.15)]


def growth() -> list[dict]:
    """5: seconds for each of 16, 64 and 256 generated lessons, and peak memory."""
    rows, first = [], 0.0
    with checkout() as folder:
        conf = (folder / "conf.py").read_text()
        for count in (16, 64, 256):
            for chapter in (folder / "snippets").iterdir():
                if chapter.is_dir():
                    shutil.rmtree(chapter)
            forget(folder)
            chapter = folder / "snippets" / "made"
            chapter.mkdir()
            (chapter / "__init__.py").write_text("")
            (chapter / "GALLERY_HEADER.rst").write_text("Made\n====\n")
            for number in range(count):
                (chapter / f"made_{number}.py").write_text(GENERATED.format(number=number))
            for page in (folder / "docs").rglob("*.md"):
                page.unlink()
            (folder / "docs" / "index.md").write_text(
                "# Made\n\n```{toctree}\nlessons/index\n```\n"
            )
            simple = re.sub(
                r'"subsection_order": \[.*?\]\s*\+ \["\*"\],', "", conf, flags=re.DOTALL
            )
            (folder / "conf.py").write_text(simple)
            spent = seconds(lambda: build(folder)) / count
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            first = first or spent
            rows.append(
                {"name": f"5 growth: {count} lessons", "per_lesson": spent, "peak_mb": peak}
            )
            print(
                f"5 growth: {count:>3} lessons: {spent:.2f} s a lesson "
                f"({spent / first:.2f} of that with 16), largest process so far {peak:.0f} MB",
                flush=True,
            )
    return rows


def terminal_lines(scripts: list[Path]) -> int:
    """Count the lines that the lessons write to whoever runs them.

    A terminal gets each line as it is written; a file would not get those that a process which
    is killed has in its buffer.
    """
    lines, as_terminal = 0, CLEAN | {"PYTHONUNBUFFERED": "1"}
    for script in scripts:
        with tempfile.TemporaryFile() as output:
            subprocess.run([sys.executable, script], stdout=output, stderr=output, env=as_terminal)
            output.seek(0)
            lines += output.read().count(b"\n")
    return lines


def peers() -> list[dict]:
    """6: the same lessons in stock sphinx-gallery and in myst-nb: time, and lines that arrive."""
    rows = []
    lessons = map(Lesson.read, scripts_in(ROOT / "snippets"))
    scripts = [lesson.path for lesson in lessons if lesson.cells]
    expected = terminal_lines(scripts)
    with checkout() as ours:
        took = seconds(lambda: build(ours))
        shown = 0
        for page in (ours / "build/html/lessons").rglob("*.html"):
            text = page.read_text("utf-8")
            for part in text.split('class="recorded transcript"')[1:]:
                variant = part.split('data-start="forkserver"')[0]
                variant = variant.split('class="recorded timeline"')[0]
                said = re.findall(
                    r'<span class="said">(.*?)</span></(?:li|details)>', variant, re.S
                )
                shown += sum(words.count("\n") + 1 for words in said)
        rows.append(peer("this project", took, shown, expected, 3))
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        rows.append(peer("stock sphinx-gallery", *stock(Path(name), scripts), expected, 1))
    if importlib.util.find_spec("myst_nb"):
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            rows.append(peer("myst-nb", *notebooks(Path(name), scripts), expected, 1))
    else:
        print("6 myst-nb: not measured, it is not installed (make bench installs it)")
    return rows


def peer(name: str, took: float, shown: int, expected: int, methods: int) -> dict:
    """Return and print a row of benchmark 6."""
    print(
        f"6 {name:<22} {took:6.1f} s, {methods} start method(s); lines on the pages : in a "
        f"terminal = {shown} : {expected}",
        flush=True,
    )
    return {"name": f"6 {name}", "seconds": took, "lines": shown, "terminal_lines": expected}


def stock(folder: Path, scripts: list[Path]) -> tuple[float, int]:
    """Build the lessons with sphinx-gallery as it comes; return seconds and lines shown.

    A lesson on which it hangs is named and left out: the build is then begun anew.
    """
    (folder / "index.rst").write_text("Stock\n=====\n\n.. toctree::\n\n   auto/index\n")
    (folder / "conf.py").write_text(
        EMPTY_CONF
        + 'extensions = ["sphinx_gallery.gen_gallery"]\n'
        + 'sphinx_gallery_conf = {"examples_dirs": "examples", "gallery_dirs": "auto",\n'
        + '    "within_subsection_order": "FileNameSortKey"}\n'
    )
    (folder / "examples").mkdir()
    (folder / "examples" / "GALLERY_HEADER.rst").write_text("Stock\n=====\n")
    for script in scripts:
        shutil.copy(script, folder / "examples" / f"plot_{script.name}")
    while (took := sphinx(folder)) is None:
        unfinished = [p for p in scripts if not list(folder.glob(f"auto/plot_{p.stem}.rst"))]
        hung = min(unfinished, key=lambda p: p.name)
        print(f"6 stock sphinx-gallery did not end within {LIMIT} s: left out {hung.stem}")
        (folder / "examples" / f"plot_{hung.name}").unlink()
        scripts = [p for p in scripts if p != hung]
        for made in ("auto", "out"):
            shutil.rmtree(folder / made, ignore_errors=True)
    return took, shown_in(folder / "out", r"sphx-glr-script-out.*?<pre>(.*?)</pre>")


def notebooks(folder: Path, scripts: list[Path]) -> tuple[float, int]:
    """Build the lessons as notebooks with myst-nb; return seconds and lines shown."""
    for script in scripts:
        lesson = Script.read(script)
        lines = script.read_text("utf-8").splitlines()
        codes = ["\n".join(lines[cell.first - 1 : cell.last]) for cell in lesson.cells]
        (folder / f"{script.stem}.ipynb").write_text(as_notebook(script.stem, codes))
    toc = "\n".join(script.stem for script in scripts)
    (folder / "index.md").write_text("# Notebooks\n\n```{toctree}\n" + toc + "\n```\n")
    (folder / "conf.py").write_text(
        EMPTY_CONF + 'extensions = ["myst_nb"]\nnb_execution_timeout = 20\n'
    )
    took = sphinx(folder)
    if took is None:
        print(f"6 myst-nb did not end within {LIMIT} s: its lines are those of what it built")
        took = float(LIMIT)
    return took, shown_in(folder / "out", r"cell_output.*?<pre>(.*?)</pre>")


def as_notebook(title: str, codes: list[str]) -> str:
    """Return a notebook (nbformat 4.4) with a cell for each piece of code."""
    cells: list[dict] = [{"cell_type": "markdown", "metadata": {}, "source": f"# {title}"}]
    cells += [
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": code,
        }
        for code in codes
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})


def sphinx(folder: Path) -> float | None:
    """Build a peer's site, whatever it says; return the seconds, or None when it hangs.

    Nothing that it started is alive afterwards.
    """
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "sphinx", "-q", str(folder), str(folder / "out")],
        env=CLEAN,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(LIMIT)
        return time.perf_counter() - begun
    except subprocess.TimeoutExpired:
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def shown_in(folder: Path, pattern: str) -> int:
    """Count the lines of output on a peer's pages, tracebacks of its own failures aside."""
    count = 0
    for page in folder.rglob("*.html"):
        for block in re.findall(pattern, page.read_text("utf-8"), re.DOTALL):
            count += len(re.sub(r"<[^>]*>", "", block).strip().splitlines())
    return count


ALL = {
    1: one_lesson,
    2: cold_build,
    3: unchanged_build,
    4: changed_lesson,
    5: growth,
    6: peers,
}


def main() -> None:
    """Run the benchmarks and write what they found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("number", nargs="*", type=int, help=f"which of {list(ALL)}; all if none")
    chosen = parser.parse_args().number or list(ALL)
    if unknown := set(chosen) - set(ALL):
        parser.error(f"there is no benchmark {min(unknown)}; there are {list(ALL)}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {TURNS} turns or more")
    rows = [row for number in chosen for row in ALL[number]()]
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(rows, indent=1) + "\n")
    print(f"written to {OUTPUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
