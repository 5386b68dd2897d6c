"""How many workers: what a process may use, what a container gets, and never one for each job."""

import multiprocessing
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from snippets.spawning import how_many_processes as lesson
from tests.calling import Ended

linux = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux only")


def workers_with_one_cpu() -> tuple[int, bool]:
    machine = os.cpu_count()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return lesson.worker_count(), os.cpu_count() == machine


@linux
def test_affinity_counts_and_cpu_count_does_not_know_it(run: Callable[..., Any]) -> None:
    """Restricted to one CPU, a process may use one; the machine has what it had."""
    assert run(workers_with_one_cpu) == (1, True)


def test_what_both_counts_say_if_python_cannot_find_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """None, or an exception."""
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    with pytest.raises(NotImplementedError):
        multiprocessing.cpu_count()


@pytest.mark.parametrize(
    ("text", "workers"),
    [
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),
        ("50000 100000\n", 1),
        ("4000000 100000\n", 6),
        ("max 100000\n", 6),
    ],
)
def test_a_container_s_quota_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, workers: int
) -> None:
    """The file has microseconds of CPU time, and of the period in which they may be used.

    A part of a CPU is worth a worker; there are never more than CPUs.
    """
    for count in ("process_cpu_count", "cpu_count"):
        monkeypatch.setattr(os, count, lambda: 6, raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(6)), raising=False)
    file = tmp_path / "cpu.max"
    file.write_text(text)
    assert lesson.worker_count(file) == workers
    assert lesson.worker_count(tmp_path / "missing") == 6


def test_more_workers_find_the_same_and_few_do_500_jobs(run_program: Callable[..., Ended]) -> None:
    """Each number of workers gives the same waits; no more processes than CPUs do 500 jobs."""
    ended = run_program("how_many_processes.py", timeout=120)
    usable = min(lesson.worker_count(), 61)
    assert re.findall(r"(.+): a job every \d+ ms\n", ended.output) == [
        "one worker",
        f"one per CPU ({usable})",
    ]
    assert "the same results: True\n" in ended.output
    assert len(ended["waits"]) == 4 * usable
    assert ended["waits"][:1] == [lesson.average_wait(0)]
    assert ended["results"] == [lesson.average_wait(seed, 1_000) for seed in range(500)]
    assert min(2, usable) <= ended["processes"] <= usable


@pytest.mark.skipif(sys.version_info < (3, 13), reason="new in 3.13")
@pytest.mark.parametrize("how", ["-X", "environment"])
def test_the_number_can_be_set_from_outside(how: str) -> None:
    """It replaces both counts, and so the default of pools."""
    option = ["-X", "cpu_count=7"] if how == "-X" else []
    env = os.environ | ({} if option else {"PYTHON_CPU_COUNT": "7"})
    code = (
        "import os; from concurrent.futures import ProcessPoolExecutor as E; "
        "print(os.cpu_count(), os.process_cpu_count(), E()._max_workers)"
    )
    done = subprocess.run([sys.executable, *option, "-c", code], env=env, capture_output=True)
    assert done.stdout.split() == [b"7"] * 3


def test_a_pool_as_large_as_the_list_starts_a_process_for_each_job(
    run_program: Callable[..., Ended],
) -> None:
    """The broken program has 24 children; the cured one as many as there are CPUs, and the same."""
    broken = run_program("how_many_processes.broken.py", timeout=90)
    cured = run_program("how_many_processes.cured.py", timeout=90)
    assert "processes: 24\n" in broken.output
    default = getattr(os, "process_cpu_count", os.cpu_count)  # from 3.13 on the affinity counts
    assert f"processes: {min(24, default())}\n" in cured.output
    assert broken["waits"] == cured["waits"]


@pytest.mark.skipif(sys.version_info < (3, 13), reason="new in 3.13")
def test_a_quota_below_the_number_from_outside_wins(tmp_path: Path) -> None:
    """PYTHON_CPU_COUNT=7 and a quota of two CPUs: two workers."""
    (tmp_path / "cpu.max").write_text("200000 100000")
    code = (
        "import sys; from snippets.spawning.how_many_processes import worker_count; "
        "print(worker_count('none'), worker_count(sys.argv[1]))"
    )
    env = os.environ | {"PYTHON_CPU_COUNT": "7"}
    command = [sys.executable, "-c", code, str(tmp_path / "cpu.max")]
    done = subprocess.run(command, env=env, capture_output=True)
    assert done.stdout.split() == [b"7", b"2"]


def peaks() -> dict[str, int]:
    """Return a worker's peak in kB as two sources have it, where main holds 200 MB."""
    held = bytearray(b"x") * 200_000_000
    with ProcessPoolExecutor(1) as executor:
        found = executor.submit(peaks_of_this_process).result()
    assert len(held) == 200_000_000
    return found


def peaks_of_this_process() -> dict[str, int]:
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    import resource  # not on Windows

    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {"VmHWM": int(peak), "ru_maxrss": usage.ru_maxrss}


@linux
def test_a_worker_s_peak_is_its_own(run: Callable[..., Any], start_method: str) -> None:
    """In VmHWM only what fork shares with main is counted; in ru_maxrss, under spawn, main's."""
    found = run(peaks)
    assert (found["VmHWM"] > 190_000) == (start_method == "fork")
    assert (found["ru_maxrss"] > 190_000) == (start_method != "forkserver")
