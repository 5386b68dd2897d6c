"""One loop reads from several workers: who is ready, who has ended, and what blocks it."""

import os
import signal
import socket
import struct
import sys
import threading
import time
from multiprocessing import Pipe, SimpleQueue, get_context
from multiprocessing.connection import wait
from typing import Any

import pytest

LINES = {"shop: card refused", "mail: no such user", "mail: mailbox full"}


def test_the_program(run_program):
    ended = run_program("wait_on_many.py")
    assert ended.status == 0
    first, second = ended.output.split("all logs are read")
    assert set(first.splitlines()) == LINES
    assert first.index("no such user") < first.index("mailbox full")
    assert "mail: no such user" in second
    assert "shop: card refused" in second
    assert "failed: ['mail']" in second


def test_a_failed_worker_ends_the_program_with_1(run_program):
    ended = run_program("wait_on_many.py", changed={"INFO sent": "INFO"})
    assert ended.status == 1
    assert "failed: ['mail']" in ended.output
    assert "shop: card refused" in ended.output
    assert "all logs are read" not in ended.output


def test_a_killed_worker_is_noticed_too(run_program):
    send = "            writer.send(message)\n"
    killed = {send: send + "            import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n"}
    ended = run_program("wait_on_many.py", changed=killed)
    assert ended.status == 1
    failed = ended.output.split("failed: ")[1]
    assert "shop" in failed
    assert "mail" in failed
    assert "search" not in failed


def test_a_worker_killed_within_a_message_does_not_end_the_loop(run_program):
    send = "            writer.send(message)\n"
    killed = """
            import os, signal, struct
            os.write(writer.fileno(), struct.pack("!i", 99) + b"half")
            os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = run_program("wait_on_many.py", changed={send: send + killed})
    assert ended.status == 1
    failed = ended.output.split("failed: ")[1]
    assert "shop" in failed
    assert "mail" in failed
    assert "search" not in failed
    assert "Traceback" not in ended.output


def test_main_is_killed_and_no_worker_waits_forever(run_program):
    """Their pipes are full, and each has closed its copy of ``reader``."""
    send = "            writer.send(message)\n"
    changed = {
        send: "            while True:\n    " + send,
        'print(f"{workers[reader].name}: {message}")': (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
        ),
    }
    ended = run_program("wait_on_many.py", changed=changed)
    assert ended.status == -signal.SIGKILL


def test_without_the_close_the_loop_waits_for_main_itself(run_program):
    ended = run_program(
        "wait_on_many.py",
        hangs="mailbox full",
        changed={"            writer.close()  # (1)\n": ""},
    )
    assert ended.status is None
    assert "all logs are read" not in ended.output


def test_an_error_of_main_s_own_ends_the_workers(run_program):
    """They would sleep for a minute, and main would wait for them at its end."""
    send = "            writer.send(message)\n"
    changed = {
        send: send + "            import time; time.sleep(60)\n",
        'print(f"{workers[reader].name}: {message}")': "raise LookupError",
    }
    ended = run_program("wait_on_many.py", changed=changed)
    assert ended.status == 1
    assert "LookupError" in ended.output


def test_a_connection_that_stays_in_the_list(run_program):
    ended = run_program("wait_on_many.broken.py", hangs="total: 11.75")
    assert ended.status is None
    assert "exit codes" not in ended.output


def test_a_connection_that_is_removed(run_program):
    ended = run_program("wait_on_many.cured.py")
    assert ended.status == 0
    assert "total: 20.5\n" in ended.output
    assert "total: 11.75\n" in ended.output
    assert "exit codes: [0, 0]" in ended.output


@pytest.mark.skipif(sys.platform == "win32", reason="there a queue has no lock for writing")
def test_a_worker_that_is_killed_takes_the_queue_of_all_with_it(run_program):
    ended = run_program("wait_on_many-killed.broken.py", hangs="killed while")
    assert ended.status is None
    assert "the second sent" not in ended.output


def test_a_worker_that_is_killed_takes_its_own_queue_only(run_program):
    ended = run_program("wait_on_many-killed.cured.py")
    assert ended.status == 0
    assert "the second sent: xxxxx" in ended.output


def test_its_own_queue_does_not_come_to_an_end(run_program):
    """So the page says that a pipe for each worker is better."""
    last = 'print("the second sent:", queues[1].get())'
    ended = run_program(
        "wait_on_many-killed.cured.py",
        hangs="the second sent",
        changed={last: f"{last}\n    queues[0].get()"},
    )
    assert ended.status is None


@pytest.mark.skipif(sys.platform == "win32", reason="the page says it of the others")
def test_a_worker_that_waits_in_get_has_the_lock_for_reading():
    queue: Any = SimpleQueue()
    worker = get_context("fork").Process(target=queue.get)
    worker.start()
    deadline = time.monotonic() + 20
    while queue._rlock.acquire(block=False):
        queue._rlock.release()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    worker.kill()
    worker.join()
    assert not queue._rlock.acquire(timeout=0.5)
    queue.close()


def test_the_end_of_a_pipe_stays_ready():
    reader, writer = Pipe(duplex=False)
    writer.close()
    with reader:
        for _ in range(3):
            assert wait([reader], 20) == [reader]
            with pytest.raises(EOFError):
                reader.recv()


def test_each_ready_one_has_its_turn():
    """One message of each in a round; ``poll()`` in a loop empties one of them first."""
    (much, chatty), (little, quiet) = Pipe(duplex=False), Pipe(duplex=False)
    for number in range(3):
        chatty.send(number)
    quiet.send("quiet")
    chatty.close()
    quiet.close()
    readers, came = [much, little], []
    while readers:
        ready: list[Any] = wait(readers, 20)
        for reader in ready:
            try:
                came.append(reader.recv())
            except EOFError:
                readers.remove(reader)
                reader.close()
    assert came.index("quiet") <= 1
    assert [message for message in came if message != "quiet"] == [0, 1, 2]


def test_a_message_that_has_begun_holds_up_recv_while_another_is_there():
    (half, paused), (other, quick) = Pipe(duplex=False), Pipe(duplex=False)
    received = []
    with half, paused, other, quick:
        os.write(paused.fileno(), struct.pack("!i", 3) + b"1")
        quick.send("here")
        assert set(wait([half, other], 20)) == {half, other}
        thread = threading.Thread(target=lambda: received.append(half.recv_bytes()))
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()  # nothing ends it but the rest of the message
        os.write(paused.fileno(), b"23")
        thread.join(20)
        assert received == [b"123"]


def test_send_pickles_all_before_it_writes():
    reader, writer = Pipe(duplex=False)
    with reader, writer:
        with pytest.raises(Exception, match="pickle"):
            writer.send([bytes(100_000), lambda: None])
        assert not reader.poll()


def test_connections_sentinels_and_sockets_in_one_list():
    reader, writer = Pipe(duplex=False)
    ours, theirs = socket.socketpair()
    told, tell = Pipe(duplex=False)
    worker = get_context("fork").Process(target=told.recv)
    worker.start()
    with reader, writer, ours, theirs, told, tell:
        every: list[Any] = [reader, ours, worker.sentinel]
        assert wait(every, 0.01) == []
        theirs.send(b"stop")
        assert wait(every, 20) == [ours]
        writer.send("message")
        assert set(wait(every, 20)) == {ours, reader}
        tell.send(None)
        worker.join()
        assert set(wait(every, 20)) == set(every)


@pytest.mark.skipif(sys.platform == "win32", reason="the page says it of the others")
def test_a_listening_socket_is_ready_when_somebody_connects():
    with socket.create_server(("localhost", 0)) as server:
        assert wait([server], 0.01) == []
        with socket.create_connection(server.getsockname()):
            assert wait([server], 20) == [server]
