"""A server that scripts find, what its key does, and which clients may not end it."""

import json
import multiprocessing
import os
import pickle
import socket
import subprocess
import sys
import threading
import time
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

import pytest

from snippets.communication import listener_and_client as lesson
from tests.calling import in_session

ROOT = Path(__file__).parents[3]
HERE = ("127.0.0.1", 0)
SERVE = """
import pathlib, sys
from snippets.communication import listener_and_client
listener_and_client.serve(pathlib.Path(sys.argv[1]))
"""


@pytest.fixture
def file(tmp_path):
    """Return the file of a server that was started as a program of its own."""
    file = tmp_path / "speller.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with in_session("-c", SERVE, file, limit=240, cwd=ROOT, **quiet) as server:
        wait_until(file.exists)
        yield file
        assert server.poll() is None


def wait_until(true):
    """Return once it is true; it fails after a minute."""
    last = time.monotonic() + 60
    while not true():
        assert time.monotonic() < last
        time.sleep(0.05)


def in_a_thread(function, *args):
    """Call it; the list that is returned gets what it returns or raises."""
    ended = []

    def call():
        try:
            ended.append(function(*args))
        except Exception as error:
            ended.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread, ended


def test_the_program(run_program):
    ended = run_program("listener_and_client.py", timeout=60)
    assert ended.status == 0
    corrected = {"recieve": ["receive"], "adress": ["address"], "seperate": ["separate"]}
    assert ended["corrected"] == corrected


def test_main_notices_a_server_that_ends_at_once(run_program):
    changed = {'    library = Path(sysconfig.get_path("stdlib"))': "    library = missing"}
    ended = run_program("listener_and_client.py", changed=changed, timeout=60)
    assert ended.status == 1
    assert "the server has ended" in ended.output


BEGINS = "    with conn:\n        try:\n"


def test_without_threads_the_second_client_waits(run_program):
    one_at_a_time = {
        "Thread(target=answer, args=work, daemon=True).start()": "answer(*work)",
        BEGINS: f'    print("a client", flush=True)\n{BEGINS}',
    }
    ended = run_program("listener_and_client.py", hangs="a client", changed=one_at_a_time)
    assert ended.status is None
    assert "receive" not in ended.output


def test_a_server_that_asks_for_no_key_keeps_a_client_with_a_key_waiting(run_program):
    handshake = "            connection.deliver_challenge(conn, key)\n"
    handshake += "            connection.answer_challenge(conn, key)\n"
    changed = {handshake: "", BEGINS: f'    print("a client", flush=True)\n{BEGINS}'}
    ended = run_program("listener_and_client.py", hangs="a client", changed=changed)
    assert ended.status is None
    assert "receive" not in ended.output


def test_whom_the_server_turns_away(file):
    host, port, key = json.loads(file.read_text())
    with pytest.raises(AuthenticationError, match="digest sent was rejected"):
        Client((host, port), authkey=b"a guess")
    with Client((host, port)) as other, pytest.raises(pickle.UnpicklingError) as failed:
        other.recv()
    assert str(failed.value) == "invalid load key, '#'."
    Client((host, port), authkey=bytes.fromhex(key)).close()


def test_programs_that_were_started_separately_talk(file):
    with lesson.connect(file) as conn:
        conn.send("seperate")
        assert conn.recv() == ["separate"]


def test_a_request_that_fails_ends_one_client_only(file):
    with lesson.connect(file) as good, lesson.connect(file) as bad:
        bad.send(5)
        with pytest.raises(EOFError):
            bad.recv()
        good.send("adress")
        assert good.recv() == ["address"]


@pytest.mark.parametrize("says", [None, b"", b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\x05hello"])
def test_a_stranger_does_not_keep_others_out(file, says):
    """None: it is silent while the other one asks."""
    host, port, _ = json.loads(file.read_text())
    with socket.create_connection((host, port)) as stranger:
        if says is not None:
            stranger.sendall(says)
            stranger.close()
        with lesson.connect(file) as conn:
            conn.send("adress")
            assert conn.recv() == ["address"]


def test_without_a_server_connect_raises(tmp_path):
    with pytest.raises(FileNotFoundError):
        lesson.connect(tmp_path / "speller.json")
    with Listener(HERE) as listener:
        host, port = listener.address
    (tmp_path / "speller.json").write_text(json.dumps([host, port, "00"]))
    with pytest.raises(ConnectionRefusedError):
        lesson.connect(tmp_path / "speller.json")
    if sys.platform != "win32":
        with pytest.raises(FileNotFoundError):
            Client(str(tmp_path / "no.sock"))


def test_a_wrong_key_ends_the_broken_server(run_program):
    ended = run_program("listener_and_client.broken.py")
    assert ended.status == 1
    assert "AuthenticationError: digest received was wrong" in ended.output
    assert "right key" not in ended.output


def test_the_cured_server_goes_on(run_program):
    ended = run_program("listener_and_client.cured.py")
    assert ended.status == 0
    assert "refused 127.0.0.1: digest received was wrong" in ended.output
    assert "right key: Hello" in ended.output


def test_the_server_of_the_pair_has_main_s_key(run_program):
    other = {"key = current_process().authkey": "key = b'another'"}
    ended = run_program("listener_and_client.cured.py", changed=other)
    assert ended.status == 1
    assert "right key" not in ended.output


@pytest.mark.parametrize("caught", ["ProcessError, EOFError, OSError", "ProcessError,"])
def test_a_client_that_leaves_at_once_needs_the_other_two(run_program, caught):
    changed = {
        "(ProcessError, EOFError, OSError)": f"({caught})",
        'Client(address, authkey=b"a guess")': "Client(address).close()",
    }
    ended = run_program("listener_and_client.cured.py", changed=changed)
    assert (ended.status == 0) is ("OSError" in caught)
    assert ("right key: Hello" in ended.output) is ("OSError" in caught)


@pytest.mark.parametrize(
    ("says", "errors"),
    [(b"", EOFError), (b"GET / HTTP/1.1\r\n\r\n", OSError)],
)
def test_accept_raises_for_strangers(says, errors):
    with Listener(HERE, authkey=b"the key") as listener:
        stranger = socket.create_connection(listener.address)
        stranger.sendall(says)
        stranger.close()
        with pytest.raises(errors):
            listener.accept()


def test_a_silent_client_holds_accept_up():
    """It has the challenge, so accept() is at its handshake; then a client with the key comes."""
    with Listener(HERE, authkey=b"the key", backlog=5) as listener:
        with socket.create_connection(listener.address, timeout=20) as silent:
            accepting, first = in_a_thread(listener.accept)
            assert b"#CHALLENGE#" in silent.recv(100)
            connecting, client = in_a_thread(Client, listener.address, None, b"the key")
            connecting.join(0.3)
            assert not client
            assert not first
        accepting.join(20)
        assert [type(error) for error in first] == [EOFError]
        listener.accept().close()
        connecting.join(20)
        assert isinstance(client[0], Connection)
        client[0].close()


def test_the_hmac_is_one_of_sha_256_from_3_12_on():
    with Listener(HERE, authkey=b"the key") as listener:
        with socket.create_connection(listener.address, timeout=20) as stranger:
            accepting, _ = in_a_thread(listener.accept)
            challenge = stranger.recv(100)
        accepting.join(20)
    assert (b"#CHALLENGE#{sha256}" in challenge) is (sys.version_info >= (3, 12))


def test_nothing_is_encrypted():
    with Listener(HERE, authkey=b"the key") as listener:
        connecting, client = in_a_thread(Client, listener.address, None, b"the key")
        with listener.accept() as conn:
            connecting.join(20)
            client[0].send("in plain text")
            assert b"in plain text" in os.read(conn.fileno(), 1000)
            client[0].close()


def test_a_server_without_a_key_runs_a_stranger_s_code(monkeypatch):
    ran = []
    monkeypatch.setattr(lesson, "ran", ran, raising=False)
    with Listener(HERE) as listener, Client(listener.address) as stranger:
        # what pickles as a call of list.append on the lesson's list
        code = f"__import__({lesson.__name__!r}, fromlist=['ran']).ran.append('code')"
        stranger.send_bytes(b"cbuiltins\neval\n(V" + code.encode() + b"\ntR.")
        with listener.accept() as conn:
            conn.recv()
    assert ran == ["code"]


def test_the_key_of_a_process_is_of_this_program_only():
    key = multiprocessing.current_process().authkey
    with pytest.raises(TypeError, match="disallowed for security reasons"):
        pickle.dumps(key)
    code = "import multiprocessing as m; print(m.current_process().authkey.hex())"
    asked = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert len(asked.stdout.strip()) == 64
    assert asked.stdout.strip() != key.hex()


@pytest.mark.skipif(sys.platform == "win32", reason="the page says it of Linux and macOS")
def test_without_an_address_it_is_a_file():
    with Listener() as listener:
        assert Path(listener.address).exists()
        assert listener.last_accepted is None
