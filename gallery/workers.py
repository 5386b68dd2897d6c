"""Recording many lessons at once: a few worker processes, each with one lesson at a time.

A worker is ``python -m gallery.workers``. It takes a job as a line of JSON on standard input
and answers with one. When its input ends, whoever wanted the recording is gone, however that
came about: the worker ends all that the lesson started, and itself.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from gallery.cache import ROOT
from gallery.lesson import Lesson
from gallery.recorder import Abandoned, record
from gallery.recording import Recording

# Lessons mostly wait. Measured on two cores with all lessons (benchmarks): more at once
# makes the whole no shorter and the timelines worse.
AT_ONCE = 2 * (os.cpu_count() or 1)


@dataclass(frozen=True)
class Job:
    """A lesson to record under a start method; ``timeout`` in seconds, None for its own."""

    path: str
    start_method: str
    timeout: float | None = None
    named: bool = sys.platform == "linux"
    polling: bool = False


class WorkerDied(Exception):
    """A worker ended in the middle of a job."""


class _Worker:
    """The near side of one worker process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gallery.workers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
            start_new_session=True,  # Ctrl-C is ours to handle; the worker sees its input end
        )

    def do(self, job: Job) -> Recording:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(asdict(job)) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise WorkerDied(f"the recorder of {job.path} ended with {self._process.wait()}")
        return Recording.from_json(json.loads(answer))

    def close(self) -> None:
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


def record_all(jobs: Iterable[Job], at_once: int = AT_ONCE) -> Iterator[tuple[Job, Recording]]:
    """Record several lessons at once and give each back as it is done.

    Raises WorkerDied when a worker ends in the middle of a job. However the iteration ends,
    no worker and nothing that a lesson started is alive afterwards.
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
            workers.append(_Worker())
            thread = threading.Thread(target=serve, args=(workers[-1],), daemon=True)
            thread.start()
            threads.append(thread)
        for _ in range(count):
            job, result = done.get()
            if isinstance(result, BaseException):
                raise result
            yield job, result
    finally:
        while not todo.empty():
            todo.get()
        for worker in workers:
            worker.close()
        for thread in threads:
            thread.join()


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
        job = Job(**json.loads(line))
        try:
            recording = record(
                Lesson.read(job.path),
                job.start_method,
                timeout=job.timeout,
                named=job.named,
                polling=job.polling,
                abandon=0,
            )
        except Abandoned:
            return
        sys.stdout.write(json.dumps(recording.to_json()) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
