"""
A progress bar for a pool: plain text or tqdm
=============================================

Your pool works on hundreds of files, and you want to see how far it is. But the bar stays at 0
and then jumps to the end. In short: let main draw the bar, and let it take the results *as they
are ready*: ``for future in tqdm(as_completed(futures), total=len(futures)):``, or with a pool
``tqdm(pool.imap_unordered(function, inputs), total=len(inputs))``.
"""

# %%
# A bar without a library
# -----------------------
# A web server writes a log for each day. Two workers count the requests that failed.

import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

THOUSANDS = {"Mon": 60, "Tue": 70, "Wed": 80, "Thu": 60, "Fri": 90}
REQUEST = re.compile(r'"(GET|POST) (\S+)" (\d{3}) (\d+)ms')


def write_logs(folder):
    """Write a log for each day; return their paths."""
    text = '"GET /index.html" 200 9ms\n' * 999 + '"POST /buy" 503 87ms\n'
    for day, thousands in THOUSANDS.items():
        Path(folder, f"{day}.log").write_text(text * thousands)
    return list(Path(folder).iterdir())


def count_errors(path):
    """Return how many requests the server could not answer."""
    with path.open() as file:
        statuses = [REQUEST.match(line)[3] for line in file]
    return sum(status >= "500" for status in statuses)


def draw(done, total):
    """Draw the bar; in a terminal, the next one goes over it."""
    bar = "#" * (20 * done // total)
    stay = done < total and sys.stdout.isatty()
    end = "\r" if stay else "\n"  # (1)
    print(f"[{bar:.<20}] {done} of {total}", end=end, flush=True)


if __name__ == "__main__":
    errors = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(2) as executor,
    ):
        paths = write_logs(folder)
        futures = [executor.submit(count_errors, path) for path in paths]
        ready = as_completed(futures)  # (2)
        for done, future in enumerate(ready, start=1):
            errors += future.result()  # (3)
            draw(done, len(futures))
    print("errors:", errors)

# %%
# 1. ``"\r"`` sends the cursor back to the start of the line, so the next bar overwrites this one.
#    In a file or a CI log, each bar gets a line of its own, as here. Without ``flush``, a
#    terminal gets nothing before a ``"\n"``.
# 2. ``as_completed`` gives each future as soon as its task is done.
# 3. If a task has failed, ``result()`` raises its exception. The ``with`` block finishes the
#    other tasks, and the program ends with that exception. If a worker is killed, ``result()``
#    raises ``BrokenProcessPool``.
#
# **Main alone draws.** A line that a worker prints ends up in the middle of the bar.
#
# On Ctrl-C, too, the block runs the tasks that wait. To drop them, put the loop into a ``try``:
# in its ``except BaseException:``, call ``executor.shutdown(cancel_futures=True)`` and ``raise``.
#
# The same with tqdm
# ------------------
# `tqdm <https://tqdm.github.io>`__ (``pip install tqdm``) wraps what you loop over, and adds the
# rate and the time that is left. Above, the loop becomes ``for future in tqdm(ready,
# total=len(futures)):``, without ``draw``. With a ``Pool``, wrap ``imap_unordered``:

from multiprocessing import Pool

from tqdm import tqdm

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        paths = write_logs(folder)
        with Pool(2) as pool:
            results = pool.imap_unordered(count_errors, paths)
            bar = tqdm(  # (1)
                results, total=len(paths), disable=None
            )
            errors = sum(bar)
    print("errors:", errors)

# %%
# 1. ``results`` has no length: without ``total``, tqdm counts, but draws no bar. ``disable=None``
#    draws in a terminal only, so this page has no bar. Your terminal shows:
#
# .. code-block:: text
#
#    60%|████████████        | 3/5 [00:01<00:00,  2.31it/s]
#
# Without ``disable``, a CI log gets every redraw in one long line. tqdm draws on ``sys.stderr``.
# In a notebook, import it from ``tqdm.auto``, without ``disable``. ``tqdm.write("text")`` prints
# above the bar.
#
# If a worker of a ``Pool`` is killed, the bar :ref:`waits forever
# <sphx_glr_lessons_pools_imap.py:a-worker-was-killed-next-with-a-timeout>`. With an executor, it
# does not.
#
# **Start the bar last**, after ``Pool()`` or ``submit()`` has started the workers. The first bar
# starts a thread, which you do not want :ref:`beside a fork
# <sphx_glr_lessons_spawning_start_methods.py>`. The bar also fixes the start method:
# ``set_start_method()`` then raises ``RuntimeError: context has already been set``.
#
# Why the bar stays at 0
# ----------------------
# The log of Monday is many times as long as the others.
#
# .. pair::
#
# ``executor.map`` gives the results in the order of the inputs, so those of the short logs waited
# for Monday's. ``pool.imap`` does the same. If you need that order, draw with ``as_completed``,
# and read ``[future.result() for future in futures]`` afterwards.
#
# Two other causes:
#
# - ``pool.map`` returns when all is done, so ``tqdm(pool.map(...))`` goes from 0 to 100 % at the
#   end.
# - With ``chunksize=50``, 50 results come at once. Choose :ref:`a smaller chunksize
#   <sphx_glr_lessons_pools_chunksize.py>`.
#
# Progress from within a long task
# --------------------------------
# Two tasks render a picture each, of 200 rows. A bar that counts results has only two steps.
#
# .. pair:: progress_bar-within
#
# In the cured program:
#
# 1. Each worker gets :ref:`a raw array <sphx_glr_lessons_shared_memory_raw_arrays.py>` when it
#    starts. Each task writes into its own element, so no lock is needed.
# 2. Main looks at the array every 0.05 seconds until all tasks have ended. Then ``result()``
#    raises what a failed task raised.
#
# With tqdm, put ``with tqdm(total=2 * ROWS) as bar:`` around the loop. In the loop, set ``bar.n =
# sum(rows)`` and call ``bar.refresh()``. If main needs more than a number, use :ref:`a queue
# <sphx_glr_lessons_communication_queue_in_a_pool.py>`.
#
# Several bars at once
# --------------------
# Let main draw them all: ``bars = [tqdm(total=ROWS, position=n) for n in range(2)]``. In the
# loop, set ``bars[n].n = rows[n]`` and call ``bars[n].refresh()``. At the end, ``close()`` each.
#
# If each worker has to draw, give them one lock, or they write into each other's lines. Call
# ``tqdm.set_lock(multiprocessing.RLock())`` in main, and start the executor with
# ``initializer=tqdm.set_lock, initargs=(tqdm.get_lock(),)``. Tasks that run at the same time need
# different positions. If a worker is killed with the lock, the others wait forever.
#
# process_map: pool and bar in one call
# -------------------------------------
# ``process_map(count_errors, paths, max_workers=2)``, from ``tqdm.contrib.concurrent``, starts an
# executor, draws the bar, and returns a list in the order of the inputs. In tqdm 4.70:
#
# - A slow first task does not hold the bar back. Failed tasks count, too.
# - Above 1,000 inputs it warns: ``Iterable length 1001 > 1000``, and that ``chunksize`` is not
#   set. But with ``chunksize=10`` each chunk counts as *one*: all results come, and the bar ends
#   at 10 %. Pass ``chunksize=1``, or write a loop as above.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_imap.py`, to go on after an error, and for a timeout.
# - :ref:`sphx_glr_lessons_communication_queue_in_a_pool.py`, to show lines of the workers.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 45
# sphinx_gallery_lesson_short = "Progress bar"
# sphinx_gallery_lesson_needs = ["tqdm"]
# sphinx_gallery_lesson_asked = ["tqdm with ProcessPoolExecutor, as_completed, total"]
# sphinx_gallery_lesson_asked = ["tqdm with Pool.map shows nothing until the end"]
# sphinx_gallery_lesson_asked = ["progress bar stays at 0 and then jumps to 100 %"]
# sphinx_gallery_lesson_asked = ["progress bar without a library, print on the same line"]
# sphinx_gallery_lesson_asked = ["several tqdm bars, one for each process, messed up"]
# sphinx_gallery_lesson_asked = ["progress from within a long task of a pool"]
# sphinx_gallery_lesson_asked = ["process_map: Iterable length > 1000 but chunksize is not set"]
# sphinx_gallery_lesson_asked = ["tqdm in a log file or CI, disable=None"]
