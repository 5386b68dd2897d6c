"""Record a mix of lessons again and again on a loaded machine, and count what goes wrong.

    python benchmarks/soak.py [--count 1000] [--busy N]

The lessons are tiny, and what each of their processes writes is certain; only the order is not.
A flake is a recording that is not ok, or in which a process wrote other lines, or ended
otherwise, than in the first recording of the same lesson under the same start method. Every other
round has a /dev/shm of its own. A program that makes, hands over and drops shared memory runs
beside (tests/neighbour.py) and must lose nothing. Afterwards no process, nothing in /dev/shm, no
temporary folder and no descriptor of ours is left. The exit status is 0 only when all of that
holds.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from multitrack import own_shm, shm_leaks  # noqa: E402
from multitrack.pool import AT_ONCE, Job, record_all  # noqa: E402
from multitrack.recording import Recording  # noqa: E402
from multitrack.script import START_METHODS  # noqa: E402

LESSONS = {
    "workers": """
        import multiprocessing
        def work(number):
            print("begin", number)
            print("end", number)
        # %%
        if __name__ == "__main__":
            children = [multiprocessing.Process(target=work, args=(n,)) for n in range(5)]
            for child in children: child.start()
            for child in children: child.join()
        # %%
        print("main ends" if __name__ == "__main__" else "imported")
    """,
    "queue": """
        import multiprocessing
        def work(queue):
            for number in range(50): queue.put(number * number)
            queue.put(None)
            print("sent")
        if __name__ == "__main__":
            queue = multiprocessing.Queue()
            child = multiprocessing.Process(target=work, args=(queue,))
            child.start()
            print(sum(iter(queue.get, None)))
            child.join()
    """,
    "pool": """
        import multiprocessing
        if __name__ == "__main__":
            with multiprocessing.Pool(3) as pool:
                print(pool.map(abs, range(-5, 0)))
                pool.close()
                pool.join()
    """,
    "shared memory": """
        import multiprocessing
        from multiprocessing.shared_memory import SharedMemory
        def work(name):
            memory = SharedMemory(name)
            memory.buf[0] = 7
            memory.close()
        if __name__ == "__main__":
            memory = SharedMemory(create=True, size=16)
            child = multiprocessing.Process(target=work, args=(memory.name,))
            child.start(); child.join()
            print(memory.buf[0])
            memory.close(); memory.unlink()
    """,
    "grandchildren": """
        import multiprocessing, os, subprocess
        def deeper(): os.write(2, b"deeper\\n")
        def work():
            child = multiprocessing.Process(target=deeper)
            child.start(); child.join()
            subprocess.run(["echo", "a program"])
        if __name__ == "__main__":
            child = multiprocessing.Process(target=work)
            child.start(); child.join()
    """,
    "many lines": """
        import multiprocessing
        def work(number):
            for line in range(300): print(number, line, "x" * 60)
        if __name__ == "__main__":
            children = [multiprocessing.Process(target=work, args=(n,)) for n in range(4)]
            for child in children: child.start()
            for child in children: child.join()
    """,
    "endings": """
        import multiprocessing, os, signal, sys
        def killed(): os.kill(os.getpid(), signal.SIGKILL)
        def left(): sys.exit(3)
        def raises(): raise ValueError("meant")
        if __name__ == "__main__":
            for target in (killed, left, raises):
                child = multiprocessing.Process(target=target)
                child.start(); child.join()
                print(child.exitcode)
    """,
}


def written(recording: Recording) -> list[tuple[tuple[str, ...], str, str]]:
    """Return for each process what it wrote and how it ended, in no order of labels.

    Which of several children is "child 2" is decided by their births, and so by chance where
    a pool or a fork server starts them. Where lives may be missing, only those count that wrote
    something, and how they ended does not.
    """
    lines: dict[str, list[str]] = {p.label: [] for p in recording.processes}
    for line in recording.lines:
        lines[line.process].append(recording.without_pids(line.text).split("<pid of")[0])
    return sorted(
        (
            tuple(lines[p.label]),
            p.label if p.helper else "",
            p.ending if recording.complete else "",
        )
        for p in recording.processes
        if recording.complete or lines[p.label]
    )


@contextlib.contextmanager
def load(busy: int) -> Iterator[None]:
    """Keep the machine busy with so many processes that never wait."""
    burn = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(10000))"
    burners = [subprocess.Popen([sys.executable, "-c", burn]) for _ in range(busy)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


@contextlib.contextmanager
def neighbour() -> Iterator[dict[str, int]]:
    """Run a program with shared memory beside; say in the end what it made and what it lost."""
    said: dict[str, int] = {}
    program = subprocess.Popen(
        [sys.executable, ROOT / "tests" / "neighbour.py"], stdin=-1, stdout=-1, text=True
    )
    try:
        program.stdout.readline()
        yield said
    finally:
        words, _ = program.communicate()
        said |= {what: int(number) for number, what in map(str.split, words.split(","))}


def soak(count: int, busy: int, folder: Path, ours: bool) -> int:
    """Record, print the counts, and return the exit status.

    ``ours`` says whether nobody else uses this /dev/shm.
    """
    for name, code in LESSONS.items():
        (folder / f"soak_{name.replace(' ', '_')}.py").write_text(textwrap.dedent(code))
    scripts = sorted(folder.glob("*.py"))
    kinds = [(str(s), m) for s in scripts for m in START_METHODS]
    rounds = [divmod(n, len(kinds)) for n in range(count)]
    jobs = [Job(*kinds[kind], own_shm=bool(number % 2)) for number, kind in rounds]
    before, descriptors = shm_leaks.entries(), len(list(Path("/proc/self/fd").iterdir()))
    first: dict[tuple[str, str, bool], list[tuple[tuple[str, ...], str, str]]] = {}
    flakes: Counter[str] = Counter()
    lives: Counter[str] = Counter()
    shared: Counter[str] = Counter()
    meanwhile = 0
    begun = time.monotonic()
    with load(busy), neighbour() as said:
        for number, (job, recording) in enumerate(record_all(jobs, AT_ONCE), 1):
            found, complete = written(recording), recording.complete
            kind = job.path, job.start_method, complete
            name = f"{Path(job.path).stem} under {job.start_method}"
            lives[recording.lives + ("" if complete else " (incomplete)")] += 1
            shared[recording.shared_memory] += 1
            meanwhile += bool(recording.meanwhile)
            if not recording.ok or first.setdefault(kind, found) != found:
                flakes[name] += 1
                print(f"flake: {name}: {recording.problems or found}", flush=True)
            if number % 100 == 0:
                print(f"{number} of {count}", flush=True)
    taken = time.monotonic() - begun
    left = {
        "processes": len(psutil.Process().children(recursive=True)),
        "in /dev/shm": len(shm_leaks.appeared(before)) if ours else 0,
        "folders": len(list(folder.glob("multitrack-*/"))),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())) - descriptors,
    }
    print(f"recordings     {count} of {len(kinds)} kinds in {taken:.0f} s, {busy} busy beside")
    print(f"lives          {_listed(lives)}")
    print(f"shared memory  {_listed(shared)}; {meanwhile} saw something appear meanwhile")
    print(f"neighbour      {_listed(said)}")
    print(f"flakes         {flakes.total()}")
    print(f"left           {_listed(left)}")
    return 1 if flakes or said["lost"] or any(left.values()) else 0


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {what}" for what, number in counts.items())


def main() -> int:
    """Read the command line and go."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="recordings (1000)")
    parser.add_argument(
        "--busy", type=int, default=os.cpu_count() or 1, help="busy processes (one a processor)"
    )
    options = parser.parse_args()
    ours = own_shm.way(sys.executable) == "mount namespace"
    if ours:
        own_shm.entering("mount namespace")()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        # The workers' own folders go there, too, so that what they leave is seen.
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        return soak(options.count, options.busy, Path(folder), ours)


if __name__ == "__main__":
    sys.exit(main())
