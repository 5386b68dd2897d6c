"""
RuntimeError: ... finished its bootstrapping phase
==================================================

.. message::

   RuntimeError:
           An attempt has been made to start a new process before the
           current process has finished its bootstrapping phase.

.. message:: Python 3.14 on Linux ends with

   ConnectionResetError: [Errno 104] Connection reset by peer

**A child process imported your file, and the file tried to start another process.** Under spawn
and forkserver every child imports your main file first.

.. cure:: start processes under the guard

   if __name__ == "__main__":
       process = multiprocessing.Process(target=greet)
       process.start()
       process.join()

The same goes for ``Pool``, ``ProcessPoolExecutor`` and ``Manager``. ``freeze_support()``, which
the message mentions, is only for programs that are frozen into an executable.

See it happen
-------------

The smallest program that makes the error, and the same program cured.

.. pair::

.. platform:: Linux with Python up to 3.13

   Under fork the broken program works: the child is a copy of the parent, and never reads the
   file. The error comes with macOS, with Windows, or with Python 3.14.

Why the child starts again
--------------------------

.. drawing:: start-without-guard

   Under spawn the child reads your file from the top, and meets ``start()`` again.

1. The parent reaches ``start()``. It starts a new interpreter and sends it the *name* of the
   function, ``greet``, not the function.
2. To find ``greet``, the child imports your main file from the top, under the name
   ``__mp_main__``.
3. That import reaches ``start()``, too. A grandchild would do the same, without end. The child
   knows that it is still being set up, and refuses: it raises the ``RuntimeError`` and dies.
4. The parent is not stopped by this. ``join()`` does not raise, so check ``exitcode``: here it
   is 1.

The last line depends on the version
------------------------------------

Under spawn the child prints the error on every version of Python, and the parent goes on. Under
forkserver the fork server itself imports the file since Python 3.13.8 and 3.14.1, and dies of the
error. The parent then waits for an answer that never comes, and prints an error of its own, which
is the last one you see. The true cause stands above it.

=======  =============================  ===================================================
Python   spawn (macOS, Windows)         forkserver (Linux from 3.14)
=======  =============================  ===================================================
3.11.7   ``RuntimeError`` in the child  ``RuntimeError`` in the child
3.13.18  ``RuntimeError`` in the child  ``EOFError: unexpected EOF`` in the parent
3.14.10  ``RuntimeError`` in the child  ``ConnectionResetError: [Errno 104]`` in the parent
3.15.2   ``RuntimeError`` in the child  ``RuntimeError`` in the child
=======  =============================  ===================================================

Where the error is the parent's, the program ends with exit code 1; otherwise with 0.

Other causes of the same message
--------------------------------

- **A module that you import starts processes** at its top level. Move the start into a function
  and call it under the guard.
- **The guard is there, but a pool is made above it,** for instance as a global variable.
- **A** ``Pool`` **without a guard** repeats the message without end under spawn: each worker dies
  of it and the pool starts another one. End the parent, not the workers.
- **A** ``ProcessPoolExecutor`` **without a guard** ends with ``BrokenProcessPool``, and a
  ``Manager`` with ``EOFError``. The ``RuntimeError`` is further up in both.

Learn the subject
-----------------

- :ref:`sphx_glr_lessons_spawning_main_guard.py` explains what a child imports, and when.
- :ref:`sphx_glr_lessons_spawning_start_methods.py` compares fork, forkserver and spawn.
"""

# sphinx_gallery_lesson_opens_on = "spawn"
# sphinx_gallery_lesson_order = 10
# sphinx_gallery_lesson_short = "Bootstrapping phase"
# sphinx_gallery_lesson_added = "2026-11-28"
# sphinx_gallery_lesson_asked = ["An attempt has been made to start a new process before the"]
# sphinx_gallery_lesson_asked = ["current process has finished its bootstrapping phase"]
# sphinx_gallery_lesson_asked = ["you have forgotten to use the proper idiom in the main module"]
# sphinx_gallery_lesson_asked = ["ConnectionResetError: [Errno 104] Connection reset by peer"]
# sphinx_gallery_lesson_asked = ["EOFError: unexpected EOF at start() on Python 3.13"]
