"""
How many processes should you start?
====================================

You have 500 jobs, and ``Pool()`` or ``max_workers=`` wants a number. In short: for work that
computes, take ``os.process_cpu_count()``, or on Linux before Python 3.13
``len(os.sched_getaffinity(0))``. In a container with a CPU limit, take the limit. For work that
waits, use threads. If memory runs out, take fewer.
"""

# %%
# One function to copy
# --------------------

import math
import multiprocessing
import os
from pathlib import Path


def worker_count(file="/sys/fs/cgroup/cpu.max"):
    """Return how many processes can compute at the same time."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13 and later
        cpus = os.process_cpu_count() or 1
    elif hasattr(os, "sched_getaffinity"):  # Linux
        cpus = len(os.sched_getaffinity(0))
    else:
        cpus = os.cpu_count() or 1
    try:
        quota, period = Path(file).read_text().split()
        return min(cpus, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):  # no limit, or none found
        return cpus


if __name__ == "__main__":
    print("CPUs of the machine:", multiprocessing.cpu_count())
    print("workers:", worker_count())

# %%
# :func:`os.cpu_count` and :func:`multiprocessing.cpu_count` count the *logical* CPUs of the
# machine. If Python cannot find out, the first returns ``None``, and the second raises
# ``NotImplementedError``. ``taskset``, Slurm, or ``docker run --cpuset-cpus`` can restrict your
# process to some of them. This is the *affinity*, which :func:`os.process_cpu_count` knows.
#
# .. platform:: Windows, macOS
#
#    Python does not know the affinity there: ``os.process_cpu_count()`` returns what
#    ``os.cpu_count()`` does (`CPython's os.py
#    <https://github.com/python/cpython/blob/3.13/Lib/os.py#L1173-L1184>`__).
#
# In a container, Python does not see the limit
# ---------------------------------------------
# ``docker run --cpus=2`` and a Kubernetes CPU limit are *quotas*: the container may run on every
# CPU, but the kernel stops it when its time is used up. Python does not look at quotas, so on a
# host with 64 CPUs a pool has 64 workers that share the time of two (`python/cpython#149452
# <https://github.com/python/cpython/issues/149452>`__).
#
# ``worker_count()`` reads the quota from a file. ``200000 100000`` means 200 ms of CPU
# time in every 100 ms: two CPUs. ``max`` is no limit. The file is there only with cgroup v2, in a
# container with a cgroup namespace of its own. A ``CPUQuota=`` of systemd is not
# found.
#
# Or tell Python 3.13 and later the number from outside. ``python -X cpu_count=2 program.py`` and
# the environment variable ``PYTHON_CPU_COUNT=2`` set what both counts return, and with them the
# default of every pool. A smaller quota still wins in ``worker_count()``.
#
# Oversubscription: more workers than CPUs
# ----------------------------------------
# The job is a simulation that only computes. First one worker does four jobs. Then there is one
# worker per CPU, and four jobs for each. We divide the whole time, from before the workers start
# until they have ended, by the number of jobs.

import random
import time
from concurrent.futures import ProcessPoolExecutor


def average_wait(seed, customers=800_000):
    """Simulate a checkout; return how long a customer waits."""
    rng = random.Random(seed)
    wait = total = 0.0
    for _ in range(customers):
        wait += rng.expovariate(1.25) - rng.expovariate(1)
        wait = max(0.0, wait)
        total += wait
    return total / customers


def simulate(workers, seeds):
    """Return the milliseconds for each job, and the results."""
    began = time.perf_counter()
    with ProcessPoolExecutor(max_workers=workers) as executor:
        waits = list(executor.map(average_wait, seeds))
    seconds = time.perf_counter() - began
    return 1000 * seconds / len(seeds), waits


if __name__ == "__main__":
    cpus = min(worker_count(), 61)  # Windows allows no more
    ms, few = simulate(1, range(4))
    print(f"one worker: a job every {ms:.0f} ms")
    ms, waits = simulate(cpus, range(4 * cpus))
    print(f"one per CPU ({cpus}): a job every {ms:.0f} ms")
    print("the same results:", few == waits[:4])

# %%
# One worker per CPU keeps all CPUs busy. Main only waits for results, so it needs no CPU of its
# own. More workers than CPUs take turns: together they compute no faster, but each of them takes
# memory, and time to start (:ref:`little under fork, much more under spawn
# <sphx_glr_lessons_spawning_start_methods.py>`).
#
# You measured that more workers are faster? Then your jobs also wait for something, or other
# programs were running: more workers take more CPU time from those.
#
# With hyperthreading, one core counts as two CPUs. The second half of the workers may then add
# little, so measure.
#
# Few processes for many jobs
# ---------------------------
# You need no process for each job. A worker takes the next job when it has finished one:

from multiprocessing import active_children

if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=cpus) as executor:
        jobs = [executor.submit(average_wait, n, 1_000) for n in range(500)]
        results = [job.result() for job in jobs]
        processes = len(active_children())
    print(f"{len(results)} jobs in {processes} processes")

# %%
# (``result()`` raises what the job raised.) The broken program below has a process for each of
# its jobs:
#
# .. pair:: how_many_processes
#
# In the tab of spawn, the broken program's timeline has 24 bars, and most of each is an
# interpreter that starts. The cured program has no more workers than CPUs, and no more than jobs:
# ``Pool()`` without a number would start one per CPU for a single job, too.
#
# What you get without a number
# -----------------------------
# ``Pool()`` and ``ProcessPoolExecutor()`` ask ``os.cpu_count()`` up to Python 3.12, and
# ``os.process_cpu_count()`` from 3.13 on (`Pool
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L203>`__, `executor
# <https://github.com/python/cpython/blob/3.14/Lib/concurrent/futures/process.py#L760>`__). A pool
# starts all its workers at once. So does an executor under fork, at the first job; under the
# other start methods it starts one when a job comes and no worker is idle.
#
# .. platform:: Windows
#
#    An executor has 61 workers at most. A larger number raises ``ValueError: max_workers must be
#    <= 61``: write ``min(61, worker_count())``. ``Pool`` takes more, but up to Python 3.12 its
#    thread that watches the workers dies with ``ValueError: need at most 63 handles``
#    (`python/cpython#89240 <https://github.com/python/cpython/issues/89240>`__).
#
# When the number of CPUs is the wrong measure
# --------------------------------------------
# - **Memory runs out first.** On Linux, read ``/proc/self/status`` at the end of a job: the line
#   ``VmHWM`` has the peak memory of this worker, in kB. (Under fork that includes what it shares
#   with main. ``ru_maxrss`` is no help under spawn: it begins with main's peak.) Divide the
#   available memory that ``free -k`` shows by the peak, and start no more workers than that. A
#   container's limit is in ``/sys/fs/cgroup/memory.max``, in bytes. If Linux kills a worker
#   because no memory is left, an executor raises ``BrokenProcessPool``; ``Pool.map()`` never
#   returns.
# - **The jobs wait** for a network or a disk. Use ``ThreadPoolExecutor``: start with 16 threads
#   and measure. More than a server's rate limit allows do not help.
# - **The jobs use threads themselves.** NumPy's linear algebra may start one per CPU, in each
#   worker. Limit them, for example with ``OMP_NUM_THREADS=1`` in the environment.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_pool_map.py`, for how a pool hands out its jobs.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 110
# sphinx_gallery_lesson_measures = ["one worker > one per CPU"]
# sphinx_gallery_lesson_short = "How many"
# sphinx_gallery_lesson_asked = ["how many processes should I use", "max_workers"]
# sphinx_gallery_lesson_asked = ["limit the number of processes", "limit number of workers"]
# sphinx_gallery_lesson_asked = ["os.cpu_count in Docker", "cpu_count ignores container limit"]
# sphinx_gallery_lesson_asked = ["os.process_cpu_count", "PYTHON_CPU_COUNT", "-X cpu_count"]
# sphinx_gallery_lesson_asked = ["default number of workers of Pool and ProcessPoolExecutor"]
# sphinx_gallery_lesson_asked = ["ValueError: max_workers must be <= 61"]
# sphinx_gallery_lesson_asked = ["ValueError: need at most 63 handles, got a sequence of length"]
# sphinx_gallery_lesson_asked = ["more processes than cores", "hyperthreading", "oversubscription"]
# sphinx_gallery_lesson_asked = ["cpu.max cgroup quota Kubernetes", "CPU affinity, taskset"]
# sphinx_gallery_lesson_asked = ["too many processes, out of memory"]
