"""Recording many lessons at once: a few worker processes, each with one lesson at a time.

A worker is ``python -m multitrack.pool``. It takes a job as a line of JSON on standard input
and answers in lines of JSON: which run it has begun, then the recording or what kept it from
it. When its input ends, whoever wanted the recording is gone, however that came about: the
worker ends all that the lesson started, and itself. Should it be the worker that is gone, the
near side ends the run, of which it was told before the lesson could do anything.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from multitrack.interpreters import InterpreterError
from multitrack.orphans import end_run
from multitrack.recording import Recording
from multitrack.run import TIMEOUT, Abandoned, Options, record
from multitrack.script import Script, ScriptError

# Lessons mostly wait. Measured on two cores with all lessons (benchmarks): more at once
# makes the whole no shorter and the timelines worse.
AT_ONCE = 2 * (os.cpu_count() or 1)


T = TypeVar("T")


HERE = Path(__file__).resolve().parent.parent  # where a worker finds this package


@dataclass(frozen=True)
class Job:
    """A script to record under a start method: see Script, and Options for the rest."""

    path: str
    start_method: str
    timeout: float = TIMEOUT
    name: str = ""
    root: str = ""
    named: bool = sys.platform == "linux"
    polling: bool = False
    alone: bool = False
    own_shm: bool = False
    python: str = sys.executable
    files: tuple[str, ...] = ()
    full_text: str | None = None

    @classmethod
    def of(cls, script: Script, start_method: str, **more: Any) -> Job:
        """Make a job of a script that was read."""
        more |= {"name": script.name, "root": str(script.root)}
        more |= {"files": tuple(map(str, script.files))}
        return cls(str(script.path), start_method, **more)


class NotRecorded(Exception):
    """There is no recording, for a reason that is not the lesson's: the disk is full, say.

    ``job`` is the one that there is no recording of.
    """

    job: Job | None = None


class WorkerDied(NotRecorded):
    """A worker ended in the middle of a job."""


class _Worker:
    """The near side of one worker process."""

    def __init__(self) -> None:
        self._run: tuple[int, Path] | None = None
        self._process = subprocess.Popen(
            [sys.executable, "-m", "multitrack.pool"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=HERE,
            text=True,
            start_new_session=True,  # Ctrl-C is ours to handle; the worker sees its input end
        )

    def do(self, job: Job) -> Recording:
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(json.dumps(asdict(job)) + "\n")
            self._process.stdin.flush()
            for line in self._process.stdout:
                if not line.endswith("\n"):  # it died while it wrote
                    break
                answer = json.loads(line)
                if "run" in answer:
                    self._run = answer["run"][0], Path(answer["run"][1])
                    continue
                self._run = None
                if "error" in answer:
                    raise NotRecorded(answer["error"])
                return Recording.from_json(answer["recording"])
        except BrokenPipeError:
            pass
        status = self._process.wait()
        self._end_run()
        raise WorkerDied(f"the recorder of {job.path} under {job.start_method} ended with {status}")

    def close(self) -> None:
        if self._process.stdin and not self._process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            self._end_run()

    def _end_run(self) -> None:
        if self._run:
            end_run(*self._run)
            self._run = None

    def forget(self) -> None:
        """Close what is left, once nobody reads from the worker."""
        if self._process.stdout:
            self._process.stdout.close()


def next_of(results: queue.SimpleQueue[T]) -> T:
    """Wait for the next result, in a program's main thread.

    Not in one wait: where another thread took Ctrl-C, Python tells main only when main wakes.
    """
    while True:
        with contextlib.suppress(queue.Empty):
            return results.get(timeout=0.2)


def record_all(jobs: Iterable[Job], at_once: int = AT_ONCE) -> Iterator[tuple[Job, Recording]]:
    """Record several lessons at once and give each back as it is done.

    Raises NotRecorded, and WorkerDied when a worker ends in the middle of a job. However the
    iteration ends, no worker and nothing that a lesson started is alive afterwards.
    """
    todo: queue.SimpleQueue[Job] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Job, Recording | BaseException]] = queue.SimpleQueue()
    count = 0
    for job in jobs:
        todo.put(job)
        count += 1
    workers: list[_Worker] = []

    def serve(worker: _Worker) -> None:
        while True:
            try:
                job = todo.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((job, worker.do(job)))
            except BaseException as error:
                done.put((job, error))
                return

    threads = []
    try:
        for _ in range(min(at_once, count)):
            try:
                workers.append(_Worker())
            except OSError as error:  # no more processes, or descriptors
                raise NotRecorded(f"no recorder can be started: {error}") from None
            thread = threading.Thread(target=serve, args=(workers[-1],), daemon=True)
            thread.start()
            threads.append(thread)
        for _ in range(count):
            job, result = next_of(done)
            if isinstance(result, BaseException):
                if isinstance(result, NotRecorded):
                    result.job = job
                raise result
            yield job, result
    finally:
        while not todo.empty():
            todo.get()
        for worker in workers:
            worker.close()
        for thread in threads:
            thread.join()
        for worker in workers:
            worker.forget()


def main() -> None:
    """Do jobs until standard input ends."""
    buffer = b""
    while True:
        while b"\n" not in buffer:
            part = os.read(0, 1 << 16)
            if not part:
                return
            buffer += part
        line, buffer = buffer.split(b"\n", 1)
        try:
            answer = _answer(Job(**json.loads(line)))
        except Abandoned:
            return
        try:
            _say(answer)
        except BrokenPipeError:
            return


def _answer(job: Job) -> dict[str, object]:
    options = Options(
        timeout=job.timeout,
        named=job.named,
        polling=job.polling,
        alone=job.alone,
        own_shm=job.own_shm,
        python=job.python,
        files=tuple(map(Path, job.files)),
        full_text=Path(job.full_text) if job.full_text else None,
        abandon=0,
        started=lambda session, folder: _say({"run": [session, str(folder)]}),
    )
    try:
        recording = record(Script.read(job.path, job.name, job.root), job.start_method, options)
        return {"recording": recording.to_json()}
    except (ScriptError, InterpreterError) as error:
        return {"error": str(error)}
    except OSError as error:  # no space, no more processes or descriptors
        return {"error": f"{job.path} could not be recorded under {job.start_method}: {error}"}


def _say(answer: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
