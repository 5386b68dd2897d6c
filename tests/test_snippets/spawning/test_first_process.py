"""Five workers: all of them run, at the same time, and main speaks last."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from snippets.spawning import first_process

IMITATE = """\
import multiprocessing.context
if __name__ == "__main__":
    context = multiprocessing.context._default_context
    context._default_context = context.get_context({method!r})
"""


def test_script_prints_eleven_lines(start_method: str, tmp_path: Path) -> None:
    """The script prints two lines a worker, then one, and nothing else."""
    script = tmp_path / "first_process.py"
    source = Path(first_process.__file__).read_text()
    script.write_text(IMITATE.format(method=start_method) + source)

    done = subprocess.run(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )

    *workers, last = done.stdout.splitlines()
    words = ("started", "finished")
    assert done.returncode == 0, done.stdout
    assert sorted(workers) == sorted(f"Worker {n} {word}" for n in range(5) for word in words)
    assert last == "All workers completed"


def test_exit_codes(run: Callable[..., Any]) -> None:
    """Every worker has a name of its own and ends with 0."""
    assert run(first_process.run_workers, 3) == {
        "Process-1": 0,
        "Process-2": 0,
        "Process-3": 0,
    }


def test_workers_overlap(run: Callable[..., Any]) -> None:
    """Each worker starts before it finishes, and they do not take turns."""
    run(first_process.run_workers, 3)
    started = [run.output.index(f"Worker {n} started") for n in range(3)]  # type: ignore[attr-defined]
    finished = [run.output.index(f"Worker {n} finished") for n in range(3)]  # type: ignore[attr-defined]

    assert all(begin < end for begin, end in zip(started, finished, strict=True))
    in_turn = all(end < begin for end, begin in zip(finished, started[1:], strict=False))
    assert not in_turn
