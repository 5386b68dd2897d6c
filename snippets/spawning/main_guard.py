"""
The main guard and the "bootstrapping phase" RuntimeError
=========================================================

Recognise the error of a program that starts processes without a main guard,
understand where it comes from, and cure it.

A program without a guard
-------------------------

The program starts one process, which is to greet. At its top it prints the name under
which the file runs. The cure is one line, and the indentation that comes with it.

.. pair::

Under **fork** nothing is wrong with the broken program: the child is a copy of the
running program, goes on from there, and never reads the file. A program written on
Linux before Python 3.14 never showed that anything was missing.

Why the greeting never comes
----------------------------

Under **spawn** it happens in this order:

.. drawing:: start-without-guard

   Under spawn the child runs your file from the top, and meets ``start()`` again.

1. The program reaches ``process.start()``, which starts a new interpreter and
   sends it the *name* of the function, ``greet``.
2. To find ``greet``, the child runs the program's file, this time under the name
   ``__mp_main__``. The first line of its output shows it.
3. That run reaches ``process.start()`` too. If Python obeyed, the grandchild
   would do the same, without end. The child knows that it is still being set up
   and refuses, with the ``RuntimeError``.
4. The child dies of it. The program sees an exit code of 1, and goes on:
   ``join()`` does not raise, and its own exit status is 0.

Under **forkserver** the cause is the same ``RuntimeError``, but which process it
ends depends on the version of Python:

- Up to Python 3.13.7, and in 3.14.0, it is the story of spawn. The child is a
  fork of the server and runs the file itself: it dies, and the program's own
  exit status is 0.
- From 3.13.8 on in Python 3.13, and from 3.14.1 on in 3.14, the fork server runs
  the file first, so it is the server that dies. The program waits for an answer
  that never comes. The last traceback is its ``EOFError`` in 3.13 and its
  ``ConnectionResetError`` in 3.14, and its exit status is 1. The cause stands
  above it.
- From Python 3.15 on the server still runs the file first, but passes over the
  error. Then the child runs the file and dies, as under spawn.

What the guard does
-------------------

The condition is true in the program and false in the child's run of the file. The
cured child greets, under every start method. Under spawn and forkserver the file
still runs a second time as ``__mp_main__``: the guard does not prevent that, it
makes it harmless. So the top level of a program is the place for imports,
functions, classes and constants, and not for reading large files, parsing
arguments or opening connections.

The message mentions ``freeze_support()``. You need it only in a program that is
frozen into an executable; it does not replace the guard.

A :class:`~multiprocessing.pool.Pool` without a guard can be worse than a
``Process``: it replaces each worker that dies, the new one dies too, and the
same traceback fills the screen until you end the main program.

When you do not need it
-----------------------

In a module that only defines things and is imported by others. The guard belongs
to the file that you run.

Read next: :ref:`sphx_glr_lessons_spawning_start_methods.py`. Every other lesson
here is guarded, from :ref:`sphx_glr_lessons_spawning_first_process.py` on. If you came
with the error message, :ref:`sphx_glr_lessons_does_not_start_bootstrapping.py` lists its
other causes.
"""

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_opens_on = "spawn"
# sphinx_gallery_lesson_order = 40
# sphinx_gallery_lesson_short = "The main guard"
# sphinx_gallery_lesson_asked = ["RuntimeError: An attempt has been made to start a new process"]
# sphinx_gallery_lesson_asked = ["why if __name__ == '__main__' is needed", "freeze_support"]
# sphinx_gallery_lesson_asked = ["program starts again and again, endless processes"]
# sphinx_gallery_lesson_asked = ["script runs twice", "works on Linux but not on Windows"]
# sphinx_gallery_lesson_asked = ["code at the top of my file runs once per worker"]
# sphinx_gallery_lesson_asked = ["ConnectionResetError: [Errno 104] Connection reset by peer"]
# sphinx_gallery_lesson_asked = ["BrokenProcessPool on Windows"]
# sphinx_gallery_lesson_asked = ["file is imported again in each child, __mp_main__"]
