"""
Get a pool's results as they come: imap and imap_unordered
==========================================================

Your pool works for minutes, and you see nothing: ``pool.map`` returns only when the last
input is done. In short: ``for result in pool.imap_unordered(function, inputs):`` gives you each
result as soon as it is ready, and ``pool.imap`` gives them in the order of the inputs. So you can
show progress, save each result, or stop early.
"""

# %%
# A progress line for each file
# -----------------------------
# The program counts the words of four files, twice. The first is by far the longest.

import tempfile
from collections import Counter
from multiprocessing import Pool
from pathlib import Path

LINES = {"novel": 600_000, "essay": 9_000, "letter": 300, "poem": 20}


def write_texts(folder):
    """Write a file for each entry of LINES, and return their paths."""
    for name, lines in LINES.items():
        text = "the ship left the harbour\n" * lines
        Path(folder, name).write_text(text)
    return [Path(folder, name) for name in LINES]


def count_words(path):
    """Return the name of a file, and how often it has each word."""
    counts = Counter()
    with path.open() as file:
        for line in file:
            counts.update(line.split())
    print("counted", path.name)
    return path.name, counts  # (1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        paths = write_texts(folder)
        with Pool(2) as pool:
            print("imap:")
            for name, _ in pool.imap(count_words, paths):
                print("main has", name)
            print("imap_unordered:")
            total = Counter()
            results = pool.imap_unordered(count_words, paths)
            for done, (name, counts) in enumerate(results, 1):
                total.update(counts)
                print(f"{done} of {len(paths)}: {name}")
    print("most frequent:", total.most_common(1))

# %%
# 1. Without the name, main could not tell the results of ``imap_unordered`` apart.
#
# - **imap**: main's first line is the novel's. The other results came before it, and waited in
#   main. Take it if the order matters, as in one output file.
# - **imap_unordered**: main got each short file as soon as it was counted, and the novel last.
#   Take it for progress, for totals, or to save each result under its own name.
# - **tqdm** shows :ref:`a progress bar <sphx_glr_lessons_pools_progress_bar.py>`: ``for name,
#   counts in tqdm(results, total=len(paths)):``. It needs ``total``, because ``results`` has no
#   length.
#
# .. chance::
#
#    The short files may come in another order, or the novel earlier, if a worker starts late.
#
# One error ends the for loop, but not the results
# ------------------------------------------------
# Four orders come as JSON. The second is cut off.
#
# .. pair::
#
# The exception is the *second result*. It ended the ``for`` loop, and with it the block and the
# pool. The cured program calls ``next()`` itself, in a ``try``, and only this order is missing.
# (Let yours end with ``if failed: sys.exit("an order failed")``.) With ``imap_unordered`` you
# would not know which input failed: there, catch the exception in the worker, and return it as
# text with the input.
#
# **This needs the default chunksize=1.** With any other, ``imap`` returns `a generator
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L423>`__, and an
# exception finishes it: the next ``next()`` raises :exc:`StopIteration`, as if all results had
# come. It has no ``.next(timeout)`` either (``AttributeError: 'generator' object has no attribute
# 'next'``).
#
# A worker was killed: next() with a timeout
# ------------------------------------------
# One of these words makes its worker crash. The pool starts another worker, but the result does
# not come, and a ``for`` loop :ref:`would wait forever
# <sphx_glr_lessons_pools_pool_map.py:a-dead-worker-leaves-map-waiting-forever>`.


import os
from multiprocessing import TimeoutError


def spell(word):
    """Return the word and its letters; crash on one of them."""
    if word == "storm":
        os._exit(1)  # as if the system had killed it
    return word, "-".join(word)


if __name__ == "__main__":
    missing = {"sea", "storm", "sail", "salt"}
    with Pool(2) as pool:
        results = pool.imap_unordered(spell, sorted(missing))
        try:
            while missing:
                word, letters = results.next(timeout=4)
                missing.remove(word)
        except TimeoutError:
            print("no result of", missing)

# %%
# The limit is for each ``next()``: make it longer than the start of a worker and your longest
# task. After a timeout, call ``sys.exit("results are missing")``. (If a result is only late,
# the next ``next()`` gets it.) With ``imap``, all results behind the missing one are held back. An
# executor raises ``BrokenProcessPool`` at once.
#
# Is imap lazy? It does not wait for your loop
# --------------------------------------------
# A generator makes pages, and main saves them more slowly than the workers compress them.
#
# .. pair:: imap-ahead
#
# In the broken program, most pages were made while main saved the first ones:
#
# 1. A thread of main, the *task handler*, takes inputs from your generator and `writes them into
#    a pipe
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L535-L540>`__. It
#    waits only while that pipe is full.
# 2. The workers take them from there and send their results.
# 3. Another thread of main collects them.
#
# If the *workers* are slow, only a pipe full of inputs is read ahead (on Linux, 64 KB). If *your
# loop* is slow, nothing holds the others back, and the results fill the memory.
#
# The cure hands over 20 inputs at a time. The price: at the end of each batch, the workers wait
# for the slowest task, and after an error you cannot go on. From Python 3.14 on,
# ``executor.map(f, inputs, buffersize=20)`` hands over one more input for each result that you
# take (``imap`` gets it `in 3.16 <https://github.com/python/cpython/pull/136871>`__). Without
# ``buffersize``, ``executor.map`` reads all inputs first. A semaphore that the generator acquires
# and the loop releases is no cure: after a ``break``, the end of the ``with`` block waits
# forever.
#
# Your generator runs in the task handler: a :mod:`sqlite3` connection of main raises
# ``ProgrammingError`` there. ``next()`` raises what the generator raised.
#
# Stop at the first result: break
# -------------------------------
# After ``break``, the end of the ``with`` block :ref:`kills the workers
# <sphx_glr_lessons_pools_ending_a_pool.py>` and drops all other tasks. So does an exception.
# Below the block, ``next()`` may wait forever.
#
# Ctrl-C interrupts the workers, too. If the tasks are short, one of them may hold the lock of a
# pipe, and the program hangs. Let the workers :ref:`ignore Ctrl-C
# <sphx_glr_lessons_pools_ctrl_c.py>`.
#
# map, imap, or an executor?
# --------------------------
# If you need all results anyway, ``pool.map`` is enough. For thousands of short tasks ``imap`` is
# slow, unless you :ref:`choose a chunksize
# <sphx_glr_lessons_pools_chunksize.py>`. In new code, take an executor: its ``map`` gives results
# in order, and :func:`~concurrent.futures.as_completed` gives :ref:`each as it gets ready
# <sphx_glr_lessons_pools_apply_async.py:results-as-they-are-ready-an-executor>`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_ending_a_pool.py`, for what ``break`` does to a worker that
#   writes a file.
# - :ref:`sphx_glr_lessons_communication_queue_in_a_pool.py`, for progress from within a task.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 12
# sphinx_gallery_lesson_short = "imap"
# sphinx_gallery_lesson_failures = "a worker of a pool ends itself"
# sphinx_gallery_lesson_asked = ["imap or imap_unordered", "difference between map and imap"]
# sphinx_gallery_lesson_asked = ["progress bar for a pool, tqdm with imap"]
# sphinx_gallery_lesson_asked = ["imap is not lazy, reads the whole generator"]
# sphinx_gallery_lesson_asked = ["imap out of memory with a large generator"]
# sphinx_gallery_lesson_asked = ["continue after an exception in imap"]
# sphinx_gallery_lesson_asked = ["which input does a result of imap_unordered belong to"]
# sphinx_gallery_lesson_asked = ["imap hangs, next with a timeout"]
# sphinx_gallery_lesson_asked = ["AttributeError: 'generator' object has no attribute 'next'"]
# sphinx_gallery_lesson_asked = ["break out of a pool loop early, stop at the first result"]
