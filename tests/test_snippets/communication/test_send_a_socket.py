"""What a sent socket needs: a sender that lives, a copy that is closed, the right pickler."""

import errno
import multiprocessing
import os
import pickle
import socket
import ssl
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Pipe, Queue, SimpleQueue, reduction, resource_sharer
from typing import Any

import pytest

HERE = ("127.0.0.1", 0)
PATIENCE = {"(server.getsockname(), 30)": "(server.getsockname(), 3)"}


@pytest.fixture(autouse=True)
def no_resource_sharer_is_left():
    yield
    resource_sharer.stop(20)


@pytest.fixture
def pair():
    """Return two sockets that are connected."""
    one, other = socket.socketpair()
    with one, other:
        one.settimeout(20)
        yield one, other


def test_the_program(run_program):
    ended = run_program("send_a_socket.py", timeout=90)
    assert ended.status == 0
    assert ended["answers"] == ["receive", "address", "separate"]
    assert ended.output.count("answered ") == 3


def test_a_copy_in_main_hides_the_end_from_a_client(run_program):
    changed = {"            sock.close()  # (2)\n": "", **PATIENCE}
    ended = run_program("send_a_socket.py", changed=changed, timeout=90)
    assert ended.status == 1
    assert "TimeoutError" in ended.output
    assert ended.output.count("answered ") == 3  # all were answered


@pytest.mark.parametrize("dies", ["raise ValueError(word)", "import os; os._exit(7)"])
def test_a_worker_that_dies_is_noticed(run_program, dies):
    ended = run_program(
        "send_a_socket.py",
        changed={
            "found = get_close": f"if word == 'adress': {dies}\n                found = get_close"
        },
        timeout=90,
    )
    assert ended.status == 1
    assert "['receive', '', 'separate']" in ended.output
    assert "a client got no answer" in ended.output


def test_a_client_that_sends_no_text_does_not_end_a_worker(run_program):
    changed = {"sendall(word.encode())": "sendall(b'\\xff' if word != 'seperate' else b'adress')"}
    ended = run_program("send_a_socket.py", changed=changed, timeout=90)
    assert ended.status == 1
    assert ended.output.count("not answered: UnicodeDecodeError") == 2
    assert "['', '', 'address']" in ended.output


def test_clients_do_not_wait_forever_when_no_worker_is_left(run_program):
    changed = {
        "found = get_close": "raise ValueError\n                found = get_close",
        **PATIENCE,
    }
    ended = run_program("send_a_socket.py", changed=changed, timeout=90)
    assert ended.status == 1
    assert "TimeoutError" in ended.output


def test_a_helper_that_ends_takes_the_socket_with_it(run_program):
    ended = run_program("send_a_socket.broken.py")
    assert ended.status == 1
    assert "FileNotFoundError: [Errno 2]" in ended.output
    assert "welcome" not in ended.output


def test_a_helper_that_waits_hands_it_over(run_program):
    ended = run_program("send_a_socket.cured.py")
    assert ended.status == 0
    assert "welcome ann" in ended.output


def test_a_helper_that_was_killed_leaves_its_file_behind(run_program):
    changed = {"conn.send(sock)": "conn.send(sock)\n        import os; os.kill(os.getpid(), 9)"}
    ended = run_program("send_a_socket.broken.py", changed=changed)
    assert ended.status == 1
    assert "ConnectionRefusedError: [Errno 111]" in ended.output or sys.platform != "linux"


def accept_one(server, conn):
    """Answer the next connection of a listening socket."""
    with server:
        sock, _ = server.accept()
        with sock:
            sock.sendall(b"from a child")
    conn.close()


def listen():
    """Return what a client of a child reads."""
    with socket.create_server(HERE) as server:
        ours, theirs = Pipe()
        child = multiprocessing.Process(target=accept_one, args=(server, theirs), daemon=True)
        child.start()
        theirs.close()
        with ours, socket.create_connection(server.getsockname(), 60) as client:
            read = client.makefile().read()
        child.join(20)
        return read, child.exitcode


def test_a_listening_socket_as_an_argument(run):
    assert run(listen) == ("from a child", 0)


def greet(sock):
    """Answer and close."""
    with sock:
        sock.sendall(b"from a worker")


def start_with_a_socket():
    """Return what a child sends, and whether main has started a thread."""
    one, other = socket.socketpair()
    child = multiprocessing.Process(target=greet, args=(other,), daemon=True)
    child.start()
    other.close()
    with one:
        one.settimeout(60)
        read = one.makefile().read()
    child.join(20)
    return read, threading.active_count() > 1


@pytest.mark.skipif(sys.platform == "win32", reason="the page says it of Linux and macOS")
def test_an_argument_needs_no_thread(run):
    assert run(start_with_a_socket) == ("from a worker", False)


def submit():
    """Return what comes from a worker of an executor."""
    with ProcessPoolExecutor(1) as executor:
        executor.submit(os.getpid).result(60)  # a worker that has inherited neither
        one, other = socket.socketpair()
        with one:
            one.settimeout(20)
            future = executor.submit(greet, other)
            future.add_done_callback(lambda _: other.close())
            future.result(20)
            return one.makefile().read()


def test_an_executor_s_socket_is_closed_afterwards(run):
    assert run(submit) == "from a worker"


def submit_at_once():
    """Return whether a client sees the end if its socket is the first work of an executor."""
    with ProcessPoolExecutor(1) as executor:
        one, other = socket.socketpair()
        with one:
            one.settimeout(2)
            future = executor.submit(greet, other)
            future.add_done_callback(lambda _: other.close())
            future.result(20)
            try:
                return one.makefile().read() == "from a worker"
            except TimeoutError:
                return False


def test_under_fork_an_executor_s_first_work_is_inherited(run, start_method):
    assert run(submit_at_once) is (start_method != "fork")


def started_late():
    """Return whether the client sees the end while a child that was started late runs."""
    one, other = socket.socketpair()
    go = multiprocessing.Event()
    child = multiprocessing.Process(target=go.wait, args=(60,), daemon=True)
    child.start()
    other.close()
    with one:
        one.setblocking(False)
        try:
            ended = one.recv(1) == b""
        except BlockingIOError:
            ended = False
    go.set()
    child.join(20)
    return ended


def test_under_fork_a_child_inherits_open_connections(run, start_method):
    """So the workers are started first."""
    assert run(started_late) is (start_method != "fork")


LATE = """
import multiprocessing, os, socket
if __name__ == "__main__":
    ours, theirs = multiprocessing.Pipe()
    with socket.socket() as sock:
        ours.send(sock)
    child = multiprocessing.get_context("fork").Process(target=os.getpid)
    child.start()
    child.join(20)
"""


def test_a_fork_beside_the_thread_is_warned_of_from_3_12_on():
    asked = [sys.executable, "-W", "always::DeprecationWarning", "-c", LATE]
    late = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    assert ("is multi-threaded" in late.stderr) is (sys.version_info >= (3, 12))


def test_a_connection_travels_too(pair):
    ours, theirs = Pipe()
    carrier, receiver = Pipe()
    with ours, theirs, carrier, receiver:
        carrier.send(theirs)
        with receiver.recv() as received:
            assert received.fileno() != theirs.fileno()
            received.send("hello")
            assert ours.recv() == "hello"


def test_a_message_serves_one_receiver(pair, capfd):
    message = reduction.ForkingPickler.dumps(pair[0])
    pickle.loads(message).close()
    with pytest.raises((EOFError, OSError)):
        pickle.loads(message)


def test_a_socket_that_was_not_received_stays_open(pair):
    one, other = pair
    queue = SimpleQueue()
    queue.put(other)
    other.close()
    one.setblocking(False)
    with pytest.raises(BlockingIOError):  # neither data nor the end
        one.recv(1)
    queue.get().close()
    one.settimeout(20)
    assert one.recv(1) == b""
    queue.close()


def test_a_timeout_is_not_sent_along(pair):
    _, other = pair
    ours, theirs = Pipe()
    other.settimeout(20)
    ours.send(other)
    with ours, theirs, theirs.recv() as received:
        assert received.gettimeout() is None
        with pytest.raises(BlockingIOError):
            received.recv(1)


def test_an_accepted_socket_blocks():
    with socket.create_server(HERE) as server:
        server.settimeout(20)
        with socket.create_connection(server.getsockname(), 20):
            sock, _ = server.accept()
            assert os.get_blocking(sock.fileno())
            sock.close()


def test_another_program_has_another_key(pair):
    ours, theirs = Pipe()
    ours.send(pair[0])
    with ours, theirs:
        message = theirs.recv_bytes()
    code = f"import pickle; pickle.loads({message!r})"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert other.returncode == 1
    assert "AuthenticationError: digest sent was rejected" in other.stderr


def test_close_after_put_is_too_early_for_a_queue(pair, capfd):
    """A large item keeps the feeder thread busy until it is read."""
    queue = Queue()
    queue.put(bytes(10_000_000))
    queue.put(pair[1])
    pair[1].close()
    queue.put("the next item")
    assert len(queue.get(timeout=20)) == 10_000_000
    assert queue.get(timeout=20) == "the next item"
    queue.close()
    queue.join_thread()
    assert "OSError: [Errno 9] Bad file descriptor" in capfd.readouterr().err


@pytest.mark.parametrize("put", [Pipe, SimpleQueue])
def test_close_after_put_is_in_time_elsewhere(pair, put):
    one, other = pair
    if put is Pipe:
        theirs, ours = Pipe()
        ours.send(other)
        get = theirs.recv
    else:
        queue = SimpleQueue()
        queue.put(other)
        get = queue.get
    other.close()
    with get() as received:
        received.sendall(b"hello")
        assert one.recv(10) == b"hello"


def test_plain_pickle_refuses_a_socket_and_miscopies_a_connection(pair):
    with pytest.raises(TypeError, match="cannot pickle 'socket' object"):
        pickle.dumps(pair[0])
    ours, theirs = Pipe()
    with ours, theirs:
        copy = pickle.loads(pickle.dumps(ours))
        assert copy.fileno() == ours.fileno()  # a number, not a descriptor of its own
        copy._handle = None


def test_an_ssl_socket_cannot_be_sent(pair):
    context = ssl.create_default_context()
    wrapped = context.wrap_socket(pair[0], server_hostname="x", do_handshake_on_connect=False)
    with wrapped, pytest.raises(TypeError, match="cannot pickle 'SSLSocket' object"):
        reduction.ForkingPickler.dumps(wrapped)


def test_a_handle_goes_through_a_two_way_pipe(pair):
    one, other = pair
    ours, theirs = Pipe()
    with ours, theirs:
        sending = threading.Thread(
            target=reduction.send_handle, args=(ours, other.fileno(), os.getpid())
        )
        sending.start()
        with socket.socket(fileno=reduction.recv_handle(theirs)) as received:
            sending.join(20)
            other.close()
            received.sendall(b"hello")
            assert one.recv(10) == b"hello"
    reader, writer = Pipe(duplex=False)
    with reader, writer, pytest.raises(OSError) as failed:
        reduction.send_handle(writer, one.fileno(), os.getpid())
    assert failed.value.errno == errno.ENOTSOCK


def test_allow_connection_pickling_changes_nothing():
    pickler: Any = reduction.ForkingPickler
    before = dict(pickler._extra_reducers)
    multiprocessing.allow_connection_pickling()
    assert pickler._extra_reducers == before
