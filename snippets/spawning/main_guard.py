"""
Why multiprocessing needs if __name__ == "__main__"
===================================================

Your program works on Linux with Python 3.13. On Windows, on a Mac or with Python 3.14 it stops
with a ``RuntimeError`` about a "bootstrapping phase", or it prints its first lines once for each
worker. In short: put the code that starts processes under ``if __name__ == "__main__":``, the
*main guard*. At the end of this page you know which lines of your file a child process runs, and
where to put the others.

Without the guard, the child starts again
-----------------------------------------

This program starts one process. Under spawn it fails.

.. pair:: main_guard

Under **fork** nothing is wrong with the broken program: the child is a copy of the running
program and never reads the file. Under **spawn** the file is read again:

.. drawing:: start-without-guard

   Under spawn the child runs your file from the top, and meets ``start()`` again.

1. Main reaches ``process.start()``. That starts a new interpreter and sends it the *name*
   of the function, ``greet``, not the function.
2. Before it looks for ``greet``, the child imports the program's file, under the name
   ``__mp_main__``. The first line of its output shows it. It does so even if the function is in
   another module.
3. That import reaches ``process.start()`` too. The child knows that it is still starting up, and
   refuses with the ``RuntimeError``.
4. The exception ends the child. Main sees exit code 1 and goes on, because ``join()`` does not
   raise. The program itself ends with 0.

Arguments that are larger than a pipe holds, 64 KiB on Linux, make ``start()`` itself fail with
``BrokenPipeError: [Errno 32] Broken pipe``, because the child dies before it has read them.
(`Before Python 3.13.8 <https://github.com/python/cpython/issues/118981>`__, ``start()`` then never
returns under spawn.)

Under **forkserver** the cause and the cure are the same. The last line may be another one: main
ends with ``ConnectionResetError: [Errno 104] Connection reset by peer`` on Python 3.14
(``ConnectionRefusedError`` if the fork server has died before main asks it), and with
``EOFError`` on the last versions of 3.13. :ref:`sphx_glr_lessons_does_not_start_bootstrapping.py`
has the table, and other causes of the message.

What the guard does
-------------------

``__name__`` is ``"__main__"`` in main and ``"__mp_main__"`` in the child's import, so the
condition is true in main only. The guard does not prevent the import. It makes it
harmless. In a larger program only two lines are under it:

.. code-block:: python

   def main():
       ...  # starts processes


   if __name__ == "__main__":
       main()

The file that you run needs the guard, even if a module that it imports starts the processes. A
module that is only imported by others needs none. ``freeze_support()``, which the message
mentions, is only for :ref:`programs that are frozen into an executable
<sphx_glr_lessons_spawning_package_and_frozen.py>`, for example with PyInstaller: there it is the
first line under the guard. It does not replace the guard.

What is not under the guard runs again
--------------------------------------

Here the guard is in its place, but the program reads its exchange rates at the top of the file.

.. pair:: main_guard-top

Under **spawn** each child reads the rates again, although it gets its rate as an argument. With a
large file that takes time and memory in each child. Code there that deletes a folder or sends a
mail runs again, too. Under **forkserver** each child does so, or the fork server does it once,
depending on the version (the `server imports the file
<https://github.com/python/cpython/issues/126631>`__ since 3.13.8 and 3.14.1).

If you start the program with ``python -m module``, each child imports the module on every version.
With ``python -m package`` no child imports ``__main__.py``, and a function of that file is an
``AttributeError`` in the child: put the functions of the workers into another module.

- At the top level: imports, functions, classes and constants.
- Under the guard: reading data, parsing arguments, opening connections, starting processes.
- Pass a child what it needs as an argument. An argument is copied, so pass only the part that it
  needs, or the name of the file. A variable that exists only under the guard is a
  ``NameError`` in the child: :ref:`sphx_glr_lessons_spawning_start_methods.py`.

A pool without a guard can be worse
-----------------------------------

- A :class:`~multiprocessing.pool.Pool` replaces each worker that dies. The new one dies too, and
  the same traceback fills the screen without end, until you press Ctrl-C.
- A :class:`~concurrent.futures.ProcessPoolExecutor` gives up: main gets ``BrokenProcessPool: A
  process in the process pool was terminated abruptly``. The ``RuntimeError`` is further up in the
  output.

.. platform:: Linux from Python 3.14 on

   Under forkserver, the default there, both end with the ``ConnectionResetError`` on 3.14. On 3.15
   they end as described above.

Where next
----------

:ref:`sphx_glr_lessons_spawning_start_methods.py`, to see what else a child has from its parent.
"""

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_opens_on = "spawn"
# sphinx_gallery_lesson_order = 40
# sphinx_gallery_lesson_short = "The main guard"
# sphinx_gallery_lesson_asked = ["RuntimeError: An attempt has been made to start a new process"]
# sphinx_gallery_lesson_asked = ["ConnectionResetError: [Errno 104] Connection reset by peer"]
# sphinx_gallery_lesson_asked = ["current process has finished its bootstrapping phase"]
# sphinx_gallery_lesson_asked = ["BrokenPipeError: [Errno 32] Broken pipe at start()"]
# sphinx_gallery_lesson_asked = ["python -m package and multiprocessing, __main__.py"]
# sphinx_gallery_lesson_asked = ["program starts again and again, endless processes"]
# sphinx_gallery_lesson_asked = ["file is imported again in each child, __mp_main__"]
# sphinx_gallery_lesson_asked = ["code at the top of my file runs once per worker"]
# sphinx_gallery_lesson_asked = ["it spawns an infinite number of processes", "script runs twice"]
# sphinx_gallery_lesson_asked = ["why if __name__ == '__main__' is needed"]
# sphinx_gallery_lesson_asked = ["BrokenProcessPool on Windows"]
# sphinx_gallery_lesson_asked = ["works on Linux but not on Windows", "freeze_support"]
