"""One queue for programs that know its address and key, and what each of them sees of failures."""

import json
import pickle
import queue
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import AuthenticationError, Pool, TimeoutError
from multiprocessing.managers import BaseManager, RemoteError
from pathlib import Path
from typing import Any

import pytest

from snippets.shared_memory import manager_on_the_network as lesson
from tests.calling import in_session

ROOT = Path(__file__).parents[3]
LESSON = "from snippets.shared_memory import manager_on_the_network as lesson\n"
COORDINATE = f"""
import pathlib, sys
{LESSON}
factors = lesson.coordinate(pathlib.Path(sys.argv[1]), [15, 49, 13])
print(sorted(factors.items()))
input()
"""
WORK = f"""
import pathlib, sys
{LESSON}
lesson.work(pathlib.Path(sys.argv[1]))
"""
SERVE = """
import queue
from multiprocessing.managers import BaseManager
class Board(BaseManager):
    pass
class Jobs(queue.Queue):
    asked = 0
    def get(self, *args, **how):
        self.asked += 1
        return super().get(*args, **how)
    def asked_for(self):
        return self.asked
jobs, results = Jobs(), queue.Queue()
Board.register("jobs", callable=lambda: jobs)
Board.register("results", callable=lambda: results)
server = Board(("127.0.0.1", 0), authkey=b"the key").get_server()
print(server.address[1], flush=True)
server.serve_forever()
"""
PRIMES = [10**12 + 39, 10**12 + 63]
STDIN = {"stdin": subprocess.PIPE}


class Remote(BaseManager):
    """A client; it asks for one name that the server has, and for one that it does not have."""


Remote.register("jobs")
Remote.register("results")
Remote.register("tasks")


def client(port, key=b"the key") -> Any:
    """Return a client that is connected."""
    board = Remote(("127.0.0.1", port), authkey=key)
    board.connect()
    return board


@pytest.fixture
def server():
    """Return a server that is a program of its own, and its port."""
    with in_session("-c", SERVE, cwd=ROOT) as program:
        yield program, int(program.stdout.readline())


def wait_for(file):
    """Return once there is such a file."""
    last = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < last
        time.sleep(0.01)


def test_the_program(run_program):
    ended = run_program("manager_on_the_network.py", timeout=90)
    assert ended.status == 0
    factors = ended["factors"]
    assert sorted(factors) == list(ended["numbers"])
    assert sorted(number for number in factors if factors[number] == number) == PRIMES
    assert all(number % factor == 0 for number, factor in factors.items())


def test_separate_programs(tmp_path):
    """They share nothing but the file."""
    file = tmp_path / "board.json"
    with (
        in_session("-c", WORK, file, cwd=ROOT) as worker,
        in_session("-u", "-c", COORDINATE, file, cwd=ROOT, **STDIN) as coordinator,
    ):
        assert coordinator.stdout.readline() == "[(13, 13), (15, 3), (49, 7)]\n"
        said, errors = worker.communicate(timeout=60)
        assert worker.returncode == 0, errors
        assert said.splitlines() == ["15: 3", "49: 7", "13: 13"]
        coordinator.communicate("\n", timeout=60)
        assert coordinator.returncode == 0


def test_a_none_that_is_not_left_keeps_the_other_worker_waiting(run_program):
    changed = {"    jobs.put(None)  # (2)": '    print("a worker ends", flush=True)'}
    ended = run_program("manager_on_the_network.py", hangs="a worker ends", changed=changed)
    assert ended.status is None
    assert ended.output.count("a worker ends") == 1


def test_a_job_of_a_worker_that_failed_is_missed(run_program):
    """Main does not wait forever, and does not end with 0."""
    changed = {
        "timeout=60": "timeout=3",
        "        factor = next(": "        divisors = divisors[number]\n        factor = next(",
    }
    ended = run_program("manager_on_the_network.py", changed=changed, timeout=90)
    assert ended.status == 1
    assert "IndexError" in ended.output
    assert ended.output.rstrip().splitlines()[-1] == "_queue.Empty"


def test_each_call_made_a_queue(run_program):
    ended = run_program("manager_on_the_network.broken.py", timeout=60)
    assert ended.status == 0
    assert "jobs for the worker: 0" in ended.output


def test_one_queue_for_all(run_program):
    ended = run_program("manager_on_the_network.cured.py", timeout=60)
    assert ended.status == 0
    assert "jobs for the worker: 1" in ended.output


def test_who_is_turned_away(server):
    """The server goes on afterwards."""
    _, port = server
    with pytest.raises(AuthenticationError, match="digest sent was rejected"):
        client(port, b"a guess")
    with pytest.raises(AuthenticationError, match="digest sent was rejected"):
        client(port, None)
    board = client(port)
    with pytest.raises(RemoteError) as wrong:
        board.tasks()
    assert "KeyError: 'tasks'" in str(wrong.value)
    assert not hasattr(board, "shutdown")
    jobs = board.jobs()
    jobs.put("job")
    with pytest.raises(AuthenticationError):
        pickle.loads(pickle.dumps(jobs))
    assert client(port).jobs().get(timeout=30) == "job"
    with pytest.raises(queue.Empty):
        jobs.get(timeout=0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="another signal")
def test_ctrl_c_ends_a_server_with_0(server):
    program, port = server
    jobs = client(port).jobs()
    jobs.put("job")
    program.send_signal(signal.SIGINT)
    assert program.wait(60) == 0
    for _ in range(2):
        with pytest.raises((EOFError, OSError)):
            jobs.get()
    with pytest.raises(ConnectionRefusedError):
        client(port)


def test_a_worker_ends_with_its_coordinator(server, tmp_path):
    """It is killed while the worker waits for another job."""
    program, port = server
    file = tmp_path / "board.json"
    file.write_text(json.dumps(["127.0.0.1", port, b"the key".hex()]))
    board = client(port)
    with in_session("-c", WORK, file, cwd=ROOT) as worker:
        board.jobs().put(15)
        assert board.results().get(timeout=30) == (15, 3)
        program.kill()
        _, errors = worker.communicate(timeout=60)
        assert worker.returncode == 1
        assert re.search("^(EOFError|ConnectionResetError|BrokenPipeError)", errors, re.MULTILINE)


def test_a_worker_that_is_killed_while_it_waits_costs_a_job(server, tmp_path):
    """Its thread in the server takes the next job, and no client gets it."""
    _, port = server
    file = tmp_path / "board.json"
    file.write_text(json.dumps(["127.0.0.1", port, b"the key".hex()]))
    jobs, results = client(port).jobs(), client(port).results()
    with in_session("-c", WORK, file, cwd=ROOT) as worker:
        jobs.put(15)
        assert results.get(timeout=30) == (15, 3)
        last = time.monotonic() + 60
        while jobs.asked_for() < 2:  # it waits for another one
            assert time.monotonic() < last
            time.sleep(0.01)
        worker.kill()
        worker.wait(30)
    jobs.put("lost")
    jobs.put("kept")
    assert jobs.get(timeout=30) == "kept"


def test_all_clients_have_one_queue(tmp_path):
    """And the coordinator has the same ones."""
    file = tmp_path / "board.json"
    with in_session("-u", "-c", COORDINATE, file, cwd=ROOT, **STDIN) as coordinator:
        wait_for(file)
        first: Any = lesson.connect(file)
        second: Any = lesson.connect(file)
        first.jobs().put("from the other client")
        assert second.jobs().qsize() > 0
        for number in (15, 49, 13):
            first.results().put((number, 1))
        assert coordinator.stdout.readline() == "[(13, 1), (15, 1), (49, 1)]\n"


def jobs_for_a_task(port, pool):
    """Pass a proxy to a task; return the error of the worker's pool."""
    jobs = client(port).jobs()
    try:
        if pool:
            with Pool(1) as workers:
                return workers.apply_async(print, (jobs,)).get(3)
        with ProcessPoolExecutor(1) as executor:
            return executor.submit(print, jobs).result(30)
    except Exception as error:
        return error


@pytest.mark.parametrize(("pool", "error"), [(True, TimeoutError), (False, BrokenProcessPool)])
def test_a_proxy_that_is_passed_to_a_task(run, server, pool, error):
    """The worker dies of it; Pool has not noticed when the time is up."""
    found = run(jobs_for_a_task, server[1], pool)
    assert isinstance(found, error)
    assert "AuthenticationError: digest sent was rejected" in run.output


def test_the_file_is_there_at_once(tmp_path):
    """A worker that was started before the coordinator waits for the whole file."""
    file = tmp_path / "board.json"
    with in_session("-c", COORDINATE, file, cwd=ROOT, **STDIN):
        wait_for(file)
        board: Any = lesson.connect(file)
        assert board.jobs().get(timeout=30) == 15
