"""
Stop the program cleanly: Ctrl-C and SIGTERM
============================================

Your service is stopped by systemd, ``docker stop``, Kubernetes or Ctrl-C. SIGTERM ends main at
once, without ``finally``, and workers live on, or die in the middle of a file. In short: main's
handler only notes the signal. Main's loop sees the note, asks the workers to finish, waits for
them with a limit, and kills those that are left.
"""

# %%
# The worker finishes the file at hand
# ------------------------------------
# Each worker compresses its share of a folder's files. It looks at an event before each file.

import lzma
import signal
import time

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def pack(inbox, share, please_stop):
    """Compress the files of one share until asked to stop."""
    for number in STOP_SIGNALS:  # (1)
        signal.signal(number, signal.SIG_IGN)
    while not please_stop.is_set():
        path = next(inbox.glob(f"{share}*.txt"), None)
        if path is None:
            time.sleep(0.1)
            continue
        part = path.with_suffix(".part")
        part.write_bytes(lzma.compress(path.read_bytes()))
        part.replace(path.with_suffix(".xz"))
        path.unlink()  # (2)
    print(f"share {share}: finished the file at hand")


# %%
# 1. Ctrl-C goes to all processes of the terminal. Only main should react.
# 2. The ``.xz`` is there as a whole, or not at all. A file that was not done stays in the folder,
#    for the next start.
#
# Main notes the signal, and stops the workers
# --------------------------------------------
# When each worker has done a file, this program sends SIGTERM to itself, as ``kill`` would.

import sys
import tempfile
from multiprocessing import Event, Process
from pathlib import Path

noted = []


def note(number, frame):
    """Note the signal, and do nothing else."""
    noted.append(number)


def stop(workers, please_stop, seconds):
    """Ask the workers to end, kill those that do not; return exit codes."""
    please_stop.set()
    deadline = time.monotonic() + seconds
    for worker in workers:
        worker.join(max(0, deadline - time.monotonic()))
        if worker.is_alive():
            worker.kill()
            worker.join()
    return [worker.exitcode for worker in workers]


def serve(inbox):
    """Let two workers pack files until a signal comes or one ends."""
    for number in STOP_SIGNALS:
        signal.signal(number, note)
    please_stop = Event()
    workers = []
    try:
        for share in "12":
            worker = Process(target=pack, args=(inbox, share, please_stop))
            worker.start()
            workers.append(worker)
        while not noted and all(worker.is_alive() for worker in workers):
            time.sleep(0.2)
            if {path.name[0] for path in inbox.glob("*.xz")} == {"1", "2"}:
                signal.raise_signal(signal.SIGTERM)  # for this page only
    finally:
        codes = stop(workers, please_stop, seconds=8)
    if any(codes) or not noted:
        sys.exit(f"not a clean stop, exit codes: {codes}")
    print(f"stopped by {signal.Signals(noted[0]).name}, exit codes: {codes}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder)
        for number in range(10, 30):  # share 1: 10 to 19
            Path(inbox, f"{number}.txt").write_text(str(list(range(60_000))))
        serve(inbox)
        print("half a file:", any(inbox.glob("*.part")))

# %%
# Both workers finished their file, and main ended with 0. If a worker dies, main stops the other
# one, and ends with status 1.
#
# Why the handler does so little
# ------------------------------
# Python calls a handler `between two instructions of the main thread
# <https://docs.python.org/3/library/signal.html#execution-of-python-signal-handlers>`__:
#
# - **please_stop.set() in the handler can hang.** An event of ``multiprocessing`` has `a lock
#   that is not reentrant
#   <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/synchronize.py#L331-L352>`__.
#   If the signal interrupts main in ``is_set()`` or ``set()`` of the same event, the handler
#   waits for a lock that main holds. If main is in ``wait()``, each waits for the other.
# - **sys.exit() in the handler** raises ``SystemExit`` at any line, also in ``start()`` or in
#   ``finally``. You need it if main blocks in one call, such as ``queue.get()``: after
#   the handler Python `resumes that call <https://peps.python.org/pep-0475/>`__, and main would
#   see a note too late. Then let the first line of ``finally`` ignore both signals.
# - **print() and logging** may raise ``RuntimeError: reentrant call``.
#
# Without a handler for SIGTERM: the worker lives on
# --------------------------------------------------
# This service notes Ctrl-C. Main starts it as a process, and sends it SIGTERM with
# ``terminate()``.
#
# .. pair::
#
# The kernel ended the broken service at once. No ``finally``, no ``atexit`` function ran, and its
# worker is :ref:`an orphan <sphx_glr_lessons_spawning_parent_killed.py>`.
# A daemonic worker would be left, too. The resource tracker may warn of ``leaked semaphore
# objects``, which it removes.
#
# The limit: before SIGKILL
# -------------------------
# `docker stop <https://docs.docker.com/reference/cli/docker/container/stop/>`__ kills after 10
# seconds, `Kubernetes
# <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination>`__ after 30,
# `systemd <https://man7.org/linux/man-pages/man5/systemd-system.conf.5.html>`__ after 90, unless
# you configure another time. Choose ``seconds`` below that. If one file takes longer, the worker
# must look at ``please_stop`` while it packs, too.
#
# - Main calls :meth:`~multiprocessing.Process.kill`, as these workers ignore ``terminate()``. If
#   yours do not, :ref:`terminate first <sphx_glr_lessons_spawning_stop_a_process.py>`.
# - **A second Ctrl-C** is noted again, and changes nothing: ``seconds`` limits the wait.
# - **SIGKILL** of main cannot be handled, and these workers would stay. :ref:`Let them watch
#   their parent <sphx_glr_lessons_spawning_parent_killed.py>`.
#
# Under systemd: send SIGTERM to main only
# ----------------------------------------
# systemd sends SIGTERM to all processes of a service. Under **forkserver**, the default on Linux
# since Python 3.14, that `ends the fork server
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/forkserver.py#L253-L258>`__.
# Main then gets the `exit code 255
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/popen_forkserver.py#L67-L72>`__
# for workers that still run, and ends before them, with status 1. A spawned worker that is still
# starting dies. `KillMode=mixed
# <https://man7.org/linux/man-pages/man5/systemd.kill.5.html>`__ sends SIGTERM to main only, and
# SIGKILL to those left at the end:
#
# .. code-block:: ini
#
#    [Service]
#    KillMode=mixed
#
# In a container: main is process 1
# ---------------------------------
# ``docker stop`` and Kubernetes send SIGTERM to process 1 only. For that one, Linux `ignores a
# signal without a handler <https://man7.org/linux/man-pages/man7/pid_namespaces.7.html>`__, and
# ``docker stop`` takes all 10 seconds. Write ``CMD ["python", "service.py"]``: with ``CMD
# python service.py`` process 1 may be a shell, which passes no signal on.
#
# Which exit status
# -----------------
# **0** for a stop that was asked for. systemd takes 143 (128 + 15, what a shell shows after a
# SIGTERM) for a failure, unless you set `SuccessExitStatus=143
# <https://man7.org/linux/man-pages/man5/systemd.service.5.html>`__. A command-line tool often
# ends with 130 after Ctrl-C: ``sys.exit(128 + noted[0])``.
#
# .. platform:: Windows
#
#    No other process can send a SIGTERM that Python handles: ``terminate()`` and ``taskkill /F``
#    end main at once, so the pair leaves its worker in both cases. Ctrl-C works.
#
# Under asyncio, a pool, an executor
# ----------------------------------
# - **asyncio**, on Linux and macOS: ``loop.add_signal_handler(signal.SIGTERM, stop.set)`` with an
#   :class:`asyncio.Event`. The loop calls it when it is safe. :ref:`Forked workers inherit it
#   <sphx_glr_lessons_pools_asyncio_and_processes.py:under-fork-choose-another-start-method>`.
# - **A pool or an executor**: :ref:`sphx_glr_lessons_pools_ctrl_c.py`, and
#   :ref:`sphx_glr_lessons_pools_shutting_down.py` for its tasks.
#
# When you need no handler
# ------------------------
# If no work can be half done, because each result is a transaction of a database, let the signal
# end main. systemd then ends the workers, and so does a container, if main is not its process 1:
# use ``docker run --init``.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_stop_a_process.py`, for a worker that waits or sleeps.
# - :ref:`sphx_glr_lessons_programs_that_last_logging_to_one_file.py`, to log what happened.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 30
# sphinx_gallery_lesson_short = "A clean stop"
# sphinx_gallery_lesson_asked = ["graceful shutdown on SIGTERM", "docker stop takes 10 seconds"]
# sphinx_gallery_lesson_asked = ["systemd stop leaves worker processes"]
# sphinx_gallery_lesson_asked = ["handle SIGTERM and Ctrl-C with worker processes"]
# sphinx_gallery_lesson_asked = ["finally and atexit are not run on SIGTERM"]
# sphinx_gallery_lesson_asked = ["Event.set() in a signal handler hangs"]
# sphinx_gallery_lesson_asked = ["exit code 143", "half-written file after a stop"]
# sphinx_gallery_lesson_asked = ["RuntimeError: reentrant call inside a signal handler"]
# sphinx_gallery_lesson_asked = ["Kubernetes pod does not stop, terminationGracePeriodSeconds"]
