"""What a proxy of a manager sends, what gets lost, and what comes when the manager has ended."""

import json
import lzma
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing import Manager, Process, util
from multiprocessing.managers import BaseProxy
from pathlib import Path
from typing import Any

import pytest

from snippets.shared_memory import manager_dict
from tests.calling import in_session, session_members


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each message that a proxy in this process sends."""
    names: list[str] = []
    callmethod = BaseProxy._callmethod

    def noted(self: Any, name: str, *args: Any) -> Any:
        names.append(name)
        return callmethod(self, name, *args)

    monkeypatch.setattr(BaseProxy, "_callmethod", noted)
    return names


@pytest.fixture
def manager() -> Iterator[Any]:
    with Manager() as manager:
        yield manager


def test_program(run_program):
    """One of each pair is compressed, the other one is noted."""
    ended = run_program("manager_dict.py", timeout=60)
    assert ended.status == 0, ended.output
    pairs = re.findall(r"^the same: (\w \w)$", ended.output, re.MULTILINE)
    assert sorted(pairs) == ["a b", "c d", "e f"]
    assert "different tables: 3\n" in ended.output
    assert "compressed: 3\n" in ended.output
    plain, shared = re.findall(r"^(?:plain dict|manager.dict): (\d+\.\d+) ms", ended.output, re.M)
    assert float(shared) > float(plain)
    tables, results = list(ended["tables"].values()), ended["results"]
    for data, first, second in zip(tables[::2], results[::2], results[1::2], strict=True):
        assert (first is None) is not (second is None)
        assert lzma.decompress(first or second) == data


def test_two_calls_in_place_of_setdefault_compress_twice(run_program):
    """What "it is one call" is worth: a barrier lets both look before one of them stores."""
    ended = run_program(
        "manager_dict.py",
        timeout=60,
        changed={
            "owners = manager.dict()": "owners = manager.dict(both=manager.Barrier(2))",
            "owner = owners.setdefault(digest, name)": (
                "owner = owners.get(digest, name); owners['both'].wait(60); owners[digest] = owner"
            ),
        },
    )
    assert ended.status == 0, ended.output
    assert "compressed: 6\n" in ended.output


def test_an_exception_in_a_task_ends_the_program_with_1(run_program):
    changed = {"return lzma.compress(data)": "return lzma.decompress(data)"}
    ended = run_program("manager_dict.py", changed=changed)
    assert ended.status == 1
    assert "lzma.LZMAError" in ended.output.splitlines()[-1]
    assert "the same" not in ended.output  # no result of a run that failed


def test_a_killed_worker_ends_the_program_with_1(run_program):
    changed = {"return lzma.compress(data)": "__import__('os')._exit(7)"}
    ended = run_program("manager_dict.py", changed=changed)
    assert ended.status == 1
    assert "BrokenProcessPool" in ended.output
    assert "the same" not in ended.output


def test_ctrl_c_ends_the_program_and_the_manager(tmp_path):
    """A task has begun when the interrupt comes."""
    text = Path(manager_dict.__file__).read_text("utf-8")
    slow = "return (print('begun', flush=True), time.sleep(60))"
    script = tmp_path / "changed.py"
    script.write_text(text.replace("return lzma.compress(data)", slow), "utf-8")
    default = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    script.write_text(default + "import time\n" + script.read_text("utf-8"), "utf-8")
    with in_session(script, stderr=subprocess.STDOUT) as main:
        assert main.stdout
        assert main.stdout.readline() == "begun\n"
        os.killpg(main.pid, signal.SIGINT)
        said = main.stdout.read()
        assert main.wait(30) == -signal.SIGINT
        assert not session_members(main.pid, 20)
    assert "KeyboardInterrupt" in said


def counted(output: str) -> tuple[int, int]:
    match = re.fullmatch(r"\{'yes': (\d+), 'no': (\d+)\} of 3000\n", output)
    assert match, output
    return int(match[1]), int(match[2])


def test_broken_loses_votes(run_program):
    yes, no = counted(run_program("manager_dict.broken.py").output)
    assert 1000 <= yes + no < 3000


def test_cured_loses_none(run_program):
    assert counted(run_program("manager_dict.cured.py").output) == (2000, 1000)


@pytest.mark.parametrize("half", ["broken", "cured"])
def test_a_worker_that_fails_is_noticed(run_program, half):
    ended = run_program(f"manager_dict.{half}.py", changed={'"no"] * 500': '"?"] * 500'})
    assert ended.status == 1
    assert "KeyError: '?'" in ended.output


def test_worker_after_the_block(run_program):
    ended = run_program("manager_dict-join.broken.py")
    assert ended.status == 1
    assert "'ForkAwareLocal' object has no attribute 'connection'" in ended.output
    assert "\nFileNotFoundError: " in ended.output
    assert ended.output.endswith("exit code: 1\n")


def test_worker_inside_the_block(run_program):
    ended = run_program("manager_dict-join.cured.py")
    assert (ended.status, ended.output) == (0, "answers: {'Oslo': 'sunny'}\nexit code: 0\n")


def test_main_after_the_block():
    with Manager() as manager:
        answers = manager.dict(Oslo="sunny")
        assert len(answers) == 1
    with pytest.raises(BrokenPipeError):
        len(answers)


def use_again(answers: Any, ended: str) -> None:
    answers["Oslo"] = "sunny"
    Path(f"{ended}.used").touch()  # no call is under way when the manager ends
    while not Path(ended).exists():
        time.sleep(0.02)
    try:
        answers["Oslo"] = "rainy"
    except BrokenPipeError:
        sys.exit(7)


def worker_that_has_used_it(ended: str) -> int | None:
    with Manager() as manager:
        answers = manager.dict()
        worker = Process(target=use_again, args=(answers, ended))
        worker.start()
        while not Path(f"{ended}.used").exists() and worker.is_alive():
            time.sleep(0.02)
    Path(ended).touch()
    worker.join(10)
    return worker.exitcode


def test_a_worker_with_a_connection_gets_another_error(run, tmp_path):
    assert run(worker_that_has_used_it, str(tmp_path / "ended")) == 7


def wait_at(barrier: Any) -> None:
    try:
        barrier.wait()
    except (EOFError, ConnectionResetError):
        sys.exit(7)


def worker_that_is_in_a_call() -> int | None:
    with Manager() as manager:
        barrier = manager.Barrier(2)
        worker = Process(target=wait_at, args=(barrier,))
        worker.start()
        while not barrier.n_waiting and worker.is_alive():
            time.sleep(0.02)
    worker.join(10)
    return worker.exitcode


def test_a_worker_in_a_call_gets_a_third_error(run):
    assert run(worker_that_is_in_a_call) == 7


def test_how_many_messages(manager, asked):
    """One for a call, two for += on an item, and one for each item where it is not copied."""
    counts, rows = manager.dict(yes=1, no=2), manager.list([1, 2, 3])
    counts["yes"] += 1
    assert asked == ["__getitem__", "__setitem__"]
    for ask, value, messages in (
        (lambda: counts.setdefault("yes", 9), 2, 1),
        (lambda: counts.copy(), {"yes": 2, "no": 2}, 1),
        (lambda: rows[:], [1, 2, 3], 1),
        (lambda: dict(counts), {"yes": 2, "no": 2}, 3),
        (lambda: [*rows], [1, 2, 3], 5),
    ):
        asked.clear()
        assert ask() == value
        assert len(asked) == messages


def test_what_a_proxy_is_not(manager):
    counts = manager.dict(yes=1)
    assert str(counts) == f"{counts}" == "{'yes': 1}"
    assert re.fullmatch(r"<DictProxy object, typeid 'dict' at 0x\w+>", repr(counts))
    assert f"{[counts]}" == f"[{counts!r}]"
    with pytest.raises(TypeError, match="Object of type DictProxy is not JSON serializable"):
        json.dumps(counts)
    assert json.dumps(counts.copy()) == '{"yes": 1}'
    assert counts != {"yes": 1}
    assert manager.dict() != {}
    with pytest.raises(KeyError, match="maybe"):
        counts["maybe"]


def loop(counts: Any, said: Any) -> None:
    said.append(sorted(counts.keys()))
    said.append(sorted(counts.items()))
    said.append("yes" in counts)
    try:
        for _ in counts:
            said.append("a key")
    except AttributeError as error:
        said.append(str(error))


def loop_in_a_worker() -> Any:
    with Manager() as manager:
        counts, said = manager.dict(yes=1, no=2), manager.list()
        worker = Process(target=loop, args=(counts, said))
        worker.start()
        worker.join()
        return [*said, sorted(counts)]


def test_a_loop_over_the_dict_fails_in_a_worker(run):
    assert run(loop_in_a_worker) == [
        ["no", "yes"],
        [("no", 2), ("yes", 1)],
        True,
        "'NoneType' object has no attribute '_registry'",
        ["no", "yes"],
    ]


def die_with(lock: Any) -> None:
    with lock:
        os._exit(7)


def lock_of_a_dead_worker() -> tuple[int | None, bool]:
    with Manager() as manager:
        lock = manager.Lock()
        worker = Process(target=die_with, args=(lock,))
        worker.start()
        worker.join()
        return worker.exitcode, lock.acquire(True, 0.5)


def test_a_lock_stays_taken(run):
    assert run(lock_of_a_dead_worker) == (7, False)


def test_what_a_manager_can_hold(manager):
    state = manager.Namespace(done=False)
    state.done = True
    assert state.done is True
    assert not hasattr(manager.Value("i", 0), "get_lock")
    assert hasattr(manager, "set") is (sys.version_info >= (3, 14))


class Late:
    """An argument that takes a second to arrive in a child, and holds up those after it."""

    def __init__(self) -> None:
        util.register_after_fork(self, lambda _: time.sleep(1))

    def __reduce__(self) -> Any:
        return time.sleep, (1,)


def put(_: Late, answers: Any) -> None:
    answers["Oslo"] = "sunny"


def proxy_kept(keep: bool) -> int | None:
    with Manager() as manager:
        late = Late()
        kept = [manager.dict()]
        worker = Process(target=put, args=(late, *kept))
        if not keep:
            kept.clear()
        worker.start()
        worker.join()
        return worker.exitcode


def test_a_dict_without_a_proxy_in_main_is_deleted(run):
    assert run(proxy_kept, False) == 1
    assert re.search(r"KeyError: '\w+'", run.output)
    assert "RemoteError" in run.output
    assert run(proxy_kept, True) == 0
