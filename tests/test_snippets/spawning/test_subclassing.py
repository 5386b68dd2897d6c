"""A subclass of Process works on its own copy of the object; what it opens must not be pickled."""

import json
import multiprocessing
import queue
import re
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from snippets.spawning import subclassing as lesson
from tests.calling import PLAIN, Ended


class WithoutInit(lesson.Converter):
    """Forgets to call the base class."""

    def __init__(self) -> None:
        pass


def start_without_init() -> str:
    try:
        WithoutInit().start()
    except AttributeError as error:
        return str(error)
    return ""


def convert_in_a_process(folder: Path, delimiter: str) -> tuple[int | None, int]:
    converter = lesson.Converter(folder, delimiter)
    converter.start()
    converter.join()
    return converter.exitcode, converter.rows


def test_files_are_converted_and_main_does_not_see_the_count(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    """The child has the settings; it writes what belongs into the files."""
    (tmp_path / "a.csv").write_text("item,price\ntea,2.5\n")
    (tmp_path / "b.csv").write_text("item,price\nmilk,1.25\nbread,3\n")
    assert run(convert_in_a_process, tmp_path, ",", timeout=60) == (0, 0)
    assert "rows in the child: 3\n" in run.output  # type: ignore[attr-defined]
    found = [json.loads((tmp_path / name).read_text()) for name in ("a.json", "b.json")]
    assert found == [
        [{"item": "tea", "price": 2.5}],
        [{"item": "milk", "price": 1.25}, {"item": "bread", "price": 3.0}],
    ]


def test_without_the_base_class_s_init_start_raises(run: Callable[..., Any]) -> None:
    """The message is that of an attribute which only the base class sets."""
    assert run(start_without_init) == "'WithoutInit' object has no attribute '_closed'"


def test_program_converts_and_finds_the_failure(run_program: Callable[..., Ended]) -> None:
    """Counts stay in the children; an executor brings them back."""
    ended = run_program("subclassing.py", timeout=60)
    assert (ended["codes"], ended["written"], ended["rows"]) == ([0, 0], 6, [0, 0])
    assert ended.output.count("rows in the child: 300\n") == 2
    assert "KeyError: 'price'" in ended.output
    assert ended["failed"] is True
    assert ended["counts"] == [300, 300]


def test_file_opened_in_init(run_program: Callable[..., Ended], start_method: str) -> None:
    """Under fork it is copied; pickle refuses it."""
    ended = run_program("subclassing.broken.py", timeout=60)
    if start_method == "fork":
        assert re.fullmatch(r"lines: \d+\nexit code: 0\n", ended.output)
        assert ended.status == 0
    else:
        assert re.search("TypeError: cannot pickle '_?(io.)?TextIOWrapper'", ended.output)
        assert ended.status == 1


def test_file_opened_in_run(run_program: Callable[..., Ended]) -> None:
    """It works under every start method."""
    ended = run_program("subclassing.cured.py", timeout=60)
    assert re.fullmatch(r"lines: \d+\nexit code: 0\n", ended.output)
    assert ended.status == 0


def given_names() -> tuple[str, str, list[str]]:
    """Set a name after and before the base class's __init__, and what cannot be set."""
    process = lesson.Converter(Path("north"))
    process.name = "mine"
    refused = []
    for name, value in [("name", 3), ("pid", 1), ("exitcode", 1), ("sentinel", 1)]:
        try:
            setattr(process, name, value)
        except (AssertionError, AttributeError) as error:
            refused.append(f"{name} {type(error).__name__}")
    return process.name, NamedTooEarly().name, refused


class NamedTooEarly(multiprocessing.Process):
    """Sets its name first."""

    def __init__(self) -> None:
        self.name = "early"
        super().__init__()


def test_names_that_process_uses(run: Callable[..., Any]) -> None:
    """A name of yours renames the process; what it knows of itself cannot be set."""
    name, early, refused = run(given_names)
    assert name == "mine"
    assert early.startswith("NamedTooEarly-")
    assert refused == [
        "name AssertionError",
        "pid AttributeError",
        "exitcode AttributeError",
        "sentinel AttributeError",
    ]


def made_inside() -> Any:
    class Inside(multiprocessing.Process):
        pass

    return Inside()


class Holder(multiprocessing.Process):
    """Has something as an attribute."""

    def __init__(self, thing: Any) -> None:
        super().__init__()
        self.thing = thing

    def run(self) -> None:
        """Say what it is."""
        print(type(self.thing).__name__)


def nothing() -> None:
    """Be a function of a module."""


def how_they_start() -> list[str]:
    inside = type("Inside", (), {})
    receiver, sender = multiprocessing.Pipe()
    things: list[Any] = [lambda: 1, threading.Lock(), multiprocessing.Event(), receiver]
    things += [multiprocessing.Queue(), multiprocessing.Lock(), inside(), nothing]
    ended = []
    for process in [made_inside(), *map(Holder, things)]:
        try:
            process.start()
        except Exception as error:
            ended.append(type(error).__name__)
        else:
            process.join()
            ended.append(str(process.exitcode))
    sender.close()
    return ended


def test_what_may_be_an_attribute(run: Callable[..., Any], start_method: str) -> None:
    """What multiprocessing makes; not a lambda, a thread's lock, or what a function has made."""
    ended = run(how_they_start, timeout=60)
    if start_method == "fork":
        assert ended == ["0"] * 9
    else:
        refused = ("PicklingError", "AttributeError")
        assert ended[0] in refused and ended[1] in refused and ended[7] in refused
        assert ended[2] == "TypeError"
        assert ended[3:7] == ["0"] * 4 and ended[8] == "0"


UNDER_THE_GUARD = """
import multiprocessing, sys
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    class Late(multiprocessing.Process):
        pass
    late = Late()
    late.start()
    late.join()
    print("exit code", late.exitcode)
"""


def test_class_under_the_guard(tmp_path: Path, start_method: str) -> None:
    """The call of start() returns; a child that is no copy of main cannot import the class."""
    script = tmp_path / "program.py"
    script.write_text(UNDER_THE_GUARD)
    done = subprocess.run(
        [sys.executable, script, start_method], capture_output=True, text=True, timeout=60
    )
    code = 0 if start_method == "fork" else 1
    assert done.stdout == f"exit code {code}\n"
    assert ("AttributeError" in done.stderr) is bool(code)


class Bringer(lesson.Converter):
    """Brings its count back through a queue, as the page says."""

    def __init__(self, folder: Path, delimiter: str, results: Any) -> None:
        super().__init__(folder, delimiter)
        self.results = results

    def run(self) -> None:
        """Put it at the end."""
        super().run()
        self.results.put(self.rows)


def bring(folder: Path) -> list[int | str]:
    brought: list[int | str] = []
    for delimiter in ",;":
        results = multiprocessing.Queue()
        converter = Bringer(folder, delimiter, results)
        converter.start()
        if delimiter == ";":  # the wrong one
            converter.join()
        try:
            brought.append(results.get(timeout=30 if delimiter == "," else 0.5))
        except queue.Empty:
            brought.append("nothing")
        converter.join()
    return brought


def test_queue_brings_the_count_unless_run_raises(run: Callable[..., Any], tmp_path: Path) -> None:
    """Then nothing is put, and only a timeout ends get()."""
    (tmp_path / "a.csv").write_text("item,price\ntea,2.5\n")
    assert run(bring, tmp_path, timeout=90) == [1, "nothing"]


def watcher_of_the_page(start_method: str) -> tuple[str, str]:
    """Return its class and the program that uses it."""
    text = Path(lesson.__file__).read_text("utf-8")
    begin = text.index("#    from multiprocessing import Pipe, Process")
    block = text[begin : text.index("#\n# Without ``finally``", begin)]
    watcher = textwrap.dedent("".join(line[1:] for line in block.splitlines(keepends=True)))
    watcher = watcher.replace(
        "import Pipe, Process",
        f"import get_context\ncontext = get_context({start_method!r})\n"
        "Pipe, Process = context.Pipe, context.Process",
    )
    watcher, guard, program = watcher.partition("if __name__")
    return watcher, guard + program


def test_watcher_ends_with_a_main_that_raises(start_method: str, tmp_path: Path) -> None:
    """The program's ``finally`` stops it: main does not wait for it."""
    watcher, program = watcher_of_the_page(start_method)
    assert program.count("work_of_main()") == 1
    script = tmp_path / "watcher.py"
    script.write_text(watcher + program.replace("work_of_main()", "raise OSError('no disk')"))
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=60, env=PLAIN
    )
    assert done.stderr.endswith("OSError: no disk\n")
    assert done.returncode == 1


@pytest.mark.parametrize("killed", [False, True])
def test_watcher_of_the_page_can_be_stopped(
    killed: bool, start_method: str, tmp_path: Path
) -> None:
    """Its stop() returns, and also when the watcher was killed while it waited."""
    watcher, _ = watcher_of_the_page(start_method)
    for old, new in {
        "super().__init__()": "super().__init__(); self.looked = context.Semaphore(0)",
        "poll(1)": "poll(0.1)",
        'print("looking")': "self.looked.release()",
    }.items():
        assert old in watcher
        watcher = watcher.replace(old, new)
    script = tmp_path / "watcher.py"
    script.write_text(
        f"{watcher}\n"
        "if __name__ == '__main__':\n"
        "    watcher = Watcher()\n"
        "    watcher.start()\n"
        "    assert watcher.looked.acquire(timeout=30)  # now it waits, nearly all the time\n"
        f"    if {killed}:\n"
        "        watcher.kill()\n"
        "        watcher.join()\n"
        "    watcher.stop()\n"
        "    print('exit code', watcher.exitcode)\n"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=60, env=PLAIN
    )
    assert done.stdout.endswith(f"exit code {-9 if killed else 0}\n")


class Running(multiprocessing.Process):
    """Is to be stopped by an attribute."""

    def __init__(self, looked: Any) -> None:
        super().__init__()
        self.looked = looked
        self.running = True

    def run(self) -> None:
        """Look until it is stopped."""
        while self.running:
            self.looked.release()
            time.sleep(0.05)


def watch() -> int | None:
    looked = multiprocessing.Semaphore(0)
    watcher = Running(looked)
    watcher.start()
    watcher.running = False
    for _ in range(3):  # goes on, whatever main's object says
        assert looked.acquire(timeout=20)
    watcher.kill()
    watcher.join()
    return watcher.exitcode


def test_an_attribute_does_not_stop_it(run: Callable[..., Any]) -> None:
    """``running`` is an attribute of two objects."""
    assert run(watch, timeout=60) == -9


SPAWN: Any = multiprocessing.get_context("spawn")


class Spawned(SPAWN.Process):  # type: ignore[misc]
    """Belongs to a context."""

    def run(self) -> None:
        """Do nothing."""


def start_spawned() -> tuple[str, int | None]:
    process = Spawned()
    process.start()
    process.join()
    return type(process).__mro__[1].__name__, process.exitcode


def test_subclass_of_a_context_s_process(run: Callable[..., Any]) -> None:
    """It is started as the context says, whatever the program's own start method is."""
    assert run(start_spawned, timeout=60) == ("SpawnProcess", 0)


class SpawnedHolder(SPAWN.Process):  # type: ignore[misc]
    """Belongs to a context, and has something as an attribute."""

    def __init__(self, thing: Any) -> None:
        super().__init__()
        self.thing = thing

    def run(self) -> None:
        """Do nothing."""


def start_with_queues() -> list[str]:
    ended = []
    for results in (multiprocessing.Queue(), SPAWN.Queue()):
        process = SpawnedHolder(results)
        try:
            process.start()
        except RuntimeError as error:
            ended.append(str(error).partition(".")[0])
        else:
            process.join()
            ended.append(str(process.exitcode))
    return ended


def test_what_it_holds_is_of_the_same_context(run: Callable[..., Any], start_method: str) -> None:
    """A queue of the program is refused where the program uses fork."""
    refused = (
        "A SemLock created in a fork context is being shared with a process in a spawn context"
    )
    ended = run(start_with_queues, timeout=60)
    assert ended == [refused if start_method == "fork" else "0", "0"]
