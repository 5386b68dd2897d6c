"""
It hangs at join() after putting into a Queue
=============================================

.. symptom:: No message: the program waits. Ctrl-C shows where

     File ".../multiprocessing/queues.py", line 217, in _finalize_join
       thread.join()
   KeyboardInterrupt

**The child cannot end before its items are read, and the parent does not read before the child has
ended.** With small items the same program works.

.. cure:: get first, join after

   process.start()
   result = queue.get()
   process.join()

With several workers, get as many items as they put, then join them all.

See it happen
-------------

.. pair::

The child's function has returned: its line is there. Still the process lives on, and ``join()``
waits for it. Under forkserver and spawn the resource tracker removes the queue's semaphores once
the program has been ended.

Why join() never returns
------------------------

.. drawing:: full-pipe

   The pipe is full. The child waits for a reader, the reader for the child.

1. ``queue.put()`` only hands the item to a thread of the child, the *feeder thread*, and returns.
2. The feeder thread writes the item into a pipe. On Linux a pipe holds 64 KiB. Then it is full,
   and the thread waits until the queue is read.
3. The child's function returns. At its end a process waits for its feeder threads, so that nothing
   is lost.
4. The parent, the only one who would read, waits in ``join()`` for the end of the child.

An item that fits into the pipe is written at once, and neither process waits. That is why tests
with small data pass.

Other causes of the same symptom
--------------------------------

- **One item too few was read.** With three workers that put two items each, get six. Where the
  number is not known, let each worker put ``None`` at its end, and read until all have.
- **The program hangs at its very end,** without a ``join()``: the main process has put something
  into a queue that no process reads. At its end it waits for its own feeder thread. Read the
  queue, or call ``queue.cancel_join_thread()`` if what is in it may be lost.
- **It hangs at** ``get()`` **instead:** the child died before it put anything. Use
  ``get(timeout=...)``, and look at ``process.exitcode`` when :exc:`queue.Empty` comes.

A ``Manager().Queue()`` does not hang like this, since the items are in the manager's process. It
is slower. An executor or a ``Pool`` reads the results while the work goes on, and needs no queue
of yours.

Learn the subject
-----------------

- :ref:`sphx_glr_lessons_communication_read_before_join.py` shows the same with several workers,
  and how small items hide it.
- :ref:`sphx_glr_lessons_communication_sentinels.py`: how a reader knows that all has come.
"""

# sphinx_gallery_lesson_order = 10
# sphinx_gallery_lesson_short = "join() before get()"
# sphinx_gallery_lesson_added = "2026-11-28"
# sphinx_gallery_lesson_asked = ["multiprocessing hangs at join() with a Queue"]
# sphinx_gallery_lesson_asked = ["process.join() never returns", "deadlock with a Queue"]
# sphinx_gallery_lesson_asked = ["in _finalize_join thread.join() KeyboardInterrupt"]
# sphinx_gallery_lesson_asked = ["child process does not exit after queue.put()"]
# sphinx_gallery_lesson_asked = ["works with small data and hangs with large data"]
