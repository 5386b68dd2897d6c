"""
Listener and Client: talk to a program that was started separately
==================================================================

A program has loaded something large. Scripts that you start later, in another terminal or by
cron, should ask it instead of loading it again. They have no common parent, so ``Pipe`` and
``Queue`` cannot connect them. In short: the server calls ``Listener(address,
authkey=key).accept()``, the script calls ``Client(address, authkey=key)``, and both get a
``Connection``. This page shows how a script finds the server, and why one bad client must not
stop it.
"""

# %%
# A server that corrects words
# ----------------------------
# The server reads all words of Python's library once, and then proposes corrections.

import json
import re
import secrets
import sysconfig
from difflib import get_close_matches
from multiprocessing import AuthenticationError, connection
from pathlib import Path
from threading import Thread


def serve(file):
    """Load the words, then answer each client until Ctrl-C."""
    library = Path(sysconfig.get_path("stdlib"))
    texts = [path.read_text("utf-8") for path in library.glob("*.py")]
    words = set(re.findall("[a-z]{4,}", " ".join(texts)))
    key = secrets.token_bytes(32)
    here = ("127.0.0.1", 0)  # (1)
    with connection.Listener(here, backlog=16) as listener:
        part = file.with_suffix(".part")
        part.write_text(json.dumps([*listener.address, key.hex()]))
        part.replace(file)  # (2)
        while True:
            work = (listener.accept(), key, words)
            Thread(target=answer, args=work, daemon=True).start()


def answer(conn, key, words):  # (3)
    """Answer one client, in a thread of its own."""
    with conn:
        try:
            connection.deliver_challenge(conn, key)
            connection.answer_challenge(conn, key)
            while True:
                word = conn.recv()
                conn.send(get_close_matches(word, words, n=1))
        except AuthenticationError as error:
            print(f"refused: {error}")
        except (EOFError, OSError):
            pass  # the client has gone


# %%
# 1. Port 0 lets the kernel choose a free port, and :attr:`Listener.address
#    <multiprocessing.connection.Listener.address>` says which one it is. ``backlog`` is how many
#    clients may wait for ``accept()``; the default is 1.
# 2. A script finds address and key in this file, so keep it in a folder that only you can read.
#    ``replace()`` puts the whole file there at once: no script reads half of it.
# 3. A client that does not know the key gets no further than the first two calls, the handshake.
#    ``Listener(here, authkey=key)`` would do it in ``accept()``: shorter, but `one bad client can
#    stop such a server <One wrong key ended the server_>`__.
#
# A script that asks
# ------------------
# In your project these are two programs: the server calls ``serve(file)``, and each script calls
# ``connect(file)`` with the same path. Here main starts the server and plays two clients.

from multiprocessing import Process
from tempfile import TemporaryDirectory


def connect(file):
    """Connect to the server that wrote the file."""
    host, port, key = json.loads(file.read_text())
    authkey = bytes.fromhex(key)
    return connection.Client((host, port), authkey=authkey)


if __name__ == "__main__":
    corrected = {}
    with TemporaryDirectory() as folder:
        file = Path(folder, "speller.json")
        args = (file,)
        server = Process(target=serve, args=args, name="server", daemon=True)
        server.start()
        while not file.exists():
            server.join(0.1)
            if not server.is_alive():
                raise SystemExit("the server has ended")
        with connect(file) as editor, connect(file) as script:
            for word in ["recieve", "adress"]:
                script.send(word)
                corrected[word] = script.recv()
            editor.send("seperate")
            corrected["seperate"] = editor.recv()
        server.terminate()
        server.join()
    print(corrected)

# %%
# ``script`` was served while ``editor`` was connected, because each client has a thread. An
# exception that ``answer()`` does not catch ends only its thread. That client gets ``EOFError``,
# or ``ConnectionResetError`` if the server had not read all its data.
#
# .. platform:: Windows
#
#    Ctrl-C does not interrupt ``accept()`` (`python/cpython#85609
#    <https://github.com/python/cpython/issues/85609>`__). Use Ctrl-Break.
#
# **Which address?** A host and a port (``AF_INET``) work everywhere. Without an address,
# ``Listener()`` takes the `default of the platform
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L50-L59>`__: on
# Linux and macOS the path of a file (``AF_UNIX``), on Windows a name such as ``\\.\pipe\pyc-...``
# (``AF_PIPE``).
#
# What the key does, and what it does not
# ---------------------------------------
# In ``deliver_challenge()`` the server sends random bytes. The client returns a `keyed hash
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L971-L989>`__ of
# them (an HMAC), and the server compares it with its own. The key never travels. In
# ``answer_challenge()`` the client tests the server in the same way. ``Client(address,
# authkey=key)`` does the client's half of both.
#
# **Nothing is encrypted.** Stay on ``127.0.0.1``; between computers, use an SSH tunnel.
#
# **Never leave the key out.** Without it, any user of the computer can connect to the port.
# ``recv()`` unpickles what comes, and a pickle can run any code (:mod:`pickle`).
#
# Who is turned away, and with which error
# ----------------------------------------
# - ``AuthenticationError: digest sent was rejected``: the client has another key. The server says
#   ``digest received was wrong``.
# - ``UnpicklingError: invalid load key, '#'.``: the client has no key. It took the challenge,
#   which begins with ``#CHALLENGE#``, for a pickled object.
# - ``ConnectionRefusedError: [Errno 111] Connection refused`` (on Linux; the number differs
#   elsewhere): the server has ended and left its file behind. Start it again.
# - ``FileNotFoundError``: the server has not written its file yet. With an ``AF_UNIX`` address:
#   no server has this path.
# - No error, and ``Client()`` waits: the client has a key, and the server asks for none.
#
# One wrong key ended the server
# ------------------------------
# Usually the key is given to the ``Listener``. Then ``accept()`` does the handshake and raises
# its errors.
#
# .. pair::
#
# The next client, with the right key, found no server. ``ProcessError`` is the base class of
# ``AuthenticationError``. Catch ``EOFError`` and ``OSError`` too: ``accept()`` raises them for a
# client that leaves at once or sends something else. :attr:`Listener.last_accepted
# <multiprocessing.connection.Listener.last_accepted>` is the last client's address,
# refused or not.
#
# The cured server has another weak point: ``accept()`` has no timeout. If a client connects and
# says nothing, ``accept()`` `waits for its answer
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L514-L518>`__
# and takes no other client. That is why our ``answer()`` does the handshake in the client's
# thread, as `a Manager does
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L190-L204>`__.
#
# Could ``current_process().authkey`` be the key?
# -----------------------------------------------
# Only between processes of one program, as in the pair: main makes 32 random bytes, and its
# children get the same. A program that was started separately has others, and ``send()`` refuses
# yours: ``TypeError: Pickling an AuthenticationString object is disallowed for security reasons``.
#
# When to use something else
# --------------------------
# - For processes that your program starts itself, use a :ref:`pipe
#   <sphx_glr_lessons_communication_pipe.py>` or a :ref:`queue
#   <sphx_glr_lessons_communication_queues.py>`.
# - For programs that take jobs from one queue, use a :ref:`manager with an address
#   <sphx_glr_lessons_shared_memory_manager_on_the_network.py>`.
# - For clients that are not Python, or that you do not trust, use HTTP and JSON.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_send_a_socket.py`: processes instead of threads, if the
#   answers take long.
# - :ref:`sphx_glr_lessons_communication_pipe_errors.py`: what ``recv()`` and ``send()`` raise
#   once you are connected.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 90
# sphinx_gallery_lesson_short = "Listener and Client"
# sphinx_gallery_lesson_failures = "main ends the server, which would go on forever"
# sphinx_gallery_lesson_asked = ["communication between two separate Python scripts"]
# sphinx_gallery_lesson_asked = ["AuthenticationError: digest sent was rejected"]
# sphinx_gallery_lesson_asked = ["AuthenticationError: digest received was wrong"]
# sphinx_gallery_lesson_asked = ["ConnectionRefusedError: [Errno 111] Connection refused"]
# sphinx_gallery_lesson_asked = ["UnpicklingError: invalid load key, '#'."]
# sphinx_gallery_lesson_asked = ["is multiprocessing authkey encrypted", "Listener port 0"]
# sphinx_gallery_lesson_asked = ["Listener.accept() hangs", "AF_INET, AF_UNIX or AF_PIPE"]
# sphinx_gallery_lesson_asked = ["Pickling an AuthenticationString object is disallowed"]
# sphinx_gallery_lesson_asked = ["connect to a running Python process"]
