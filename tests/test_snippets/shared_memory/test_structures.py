"""Records in shared memory: one lock for all fields, no pointers, and views that are no copies."""

import ctypes
import multiprocessing
import os
from multiprocessing import get_context
from multiprocessing.sharedctypes import copy
from types import SimpleNamespace
from typing import Any

import pytest

from snippets.shared_memory import structures
from snippets.shared_memory.structures import CITIES, Progress

Array: Any = multiprocessing.Array  # typeshed knows no structures in it
Value: Any = multiprocessing.Value
TOTALS = [
    sum(sum(map(int, structures.read_sales(city))) for city in CITIES[place::2])
    for place in range(2)
]


def test_the_table_is_complete_at_the_end(run_program):
    ended = run_program("structures.py", timeout=60)
    assert ended.status == 0, ended.output
    first, _, rest = ended.output.partition("at the end:\n")
    assert sum(int(line.split()[0]) for line in first.splitlines()) >= 6
    assert rest.startswith(
        f"6 done, {TOTALS[0]} cents, riga.csv\n6 done, {TOTALS[1]} cents, rome.csv\n"
    )
    assert "b'oslo.csv'\nb'sixteen-char.csv'\nbytes too long (17, " in rest
    assert rest.endswith("maximum length 16)\nb'a'\n")


def test_a_worker_that_raises_ends_the_program_which_says_where(run_program):
    failing = 'chance = random.Random(city)\n    if city == "graz":\n        raise ValueError\n'
    ended = run_program(
        "structures.py", timeout=60, changed={"chance = random.Random(city)\n": failing}
    )
    assert ended.status == 1
    assert ended.output.endswith("worker 1 failed in graz.csv\n")
    assert "at the end" not in ended.output


def test_a_worker_that_returns_early_does_not_make_main_wait(run_program):
    line = "    for city in cities:\n"
    ended = run_program("structures.py", timeout=60, changed={line: "    for city in []:\n"})
    assert ended.status == 0
    assert ended.output.count("0 done, 0 cents, \n") == 4


def test_a_view_in_place_of_the_copies_changes(run_program):
    """It is the mistake that snapshot() is there to avoid."""
    changed = {
        "return [copy(row) for row in table]": "return list(table)",
        "    wait_until_done(6, table, workers)\n": "    early = snapshot(table)\n",
        'print("at the end:")\n': "seen = sum(row.done for row in early)\n",
    }
    assert run_program("structures.py", timeout=60, changed=changed)["seen"] == 12


def test_copies_stay_as_they_are(run_program):
    changed = {
        "    wait_until_done(6, table, workers)\n": "    early = snapshot(table)\n",
        'print("at the end:")\n': "seen = sum(row.done for row in early)\n",
        "    workers = []\n": "    workers = []\n    table[0].done = -100\n",
    }
    ended = run_program("structures.py", timeout=60, changed=changed)
    assert ended["seen"] < -80


def test_broken_reads_fields_of_different_moments(run_program):
    ended = run_program("structures.broken.py")
    assert ended.status == 0
    assert ended["wrong"] > 0
    assert ended.output.endswith("at the end: 250.0\n")


def test_cured_reads_both_of_one_moment(run_program):
    ended = run_program("structures.cured.py")
    assert ended.status == 0
    assert ended.output == "wrong averages: 0\nat the end: 250.0\n"


def test_the_lock_of_the_cure_holds_for_a_pause_between_the_two(run_program):
    """Without the lock nearly all averages are wrong."""
    changed = {"items = sales.items\n": "items = sales.items; time.sleep(0.001)\n"}
    ended = run_program("structures.cured.py", timeout=60, changed=changed)
    assert ended.status == 0
    assert ended.output == "wrong averages: 0\nat the end: 250.0\n"


@pytest.mark.parametrize("name", ["structures.broken.py", "structures.cured.py"])
def test_a_failed_seller_ends_the_program(run_program, name):
    ended = run_program(name, changed={"sales.items += 1": "sales.items += 1 // 0"})
    assert ended.status == 1
    assert ended.output.endswith("the worker failed\n")


def test_a_pointer_is_an_address_of_main(run_program, start_method):
    ended = run_program("structures-pointer.broken.py")
    if start_method == "fork":
        assert ended.output == "task 7\nfile oslo.csv\n"
        assert ended.status == 0
    else:
        assert ended.status == 1
        assert "file oslo" not in ended.output


def test_an_array_of_characters_is_in_the_record(run_program):
    ended = run_program("structures-pointer.cured.py")
    assert ended.status == 0
    assert ended.output == "task 7\nfile oslo.csv\n"


class Pointers(ctypes.Structure):
    """None of these is refused."""

    _fields_ = [
        ("a", ctypes.c_wchar_p),
        ("b", ctypes.c_void_p),
        ("c", ctypes.py_object),
        ("d", ctypes.POINTER(ctypes.c_int)),
    ]


def point(row):
    row.b = 5


def pass_pointers():
    row = Value(Pointers)
    child = get_context().Process(target=point, args=(row,))
    child.start()
    child.join()
    return row.b


def test_pointers_are_not_refused(run):
    assert run(pass_pointers) == 5


def write_text(task):
    """Write a text that is made here: a literal of the file, fork would share."""
    task.file = b"-".join([b"%d" % os.getpid()] * 9)


class Text(ctypes.Structure):
    """A text by its address."""

    _fields_ = [("file", ctypes.c_char_p)]


def address_of_a_child():
    task = Value(Text)
    child = get_context().Process(target=write_text, args=(task,))
    child.start()
    child.join()
    return ctypes.c_void_p.from_buffer(task.get_obj()).value


def test_only_the_address_comes_from_the_child(run):
    assert run(address_of_a_child)


def test_what_fits():
    row = Progress(file=b"old")
    with pytest.raises(ValueError, match="bytes too long"):
        row.file = b"x" * 17
    assert row.file == b"old"
    row.file = b"x" * 16
    assert row.file == b"x" * 16
    row.file = b"a\0b"
    assert row.file == b"a"
    with pytest.raises(TypeError):
        row.file = "text"
    row.file = "zürich-altstätten".encode()[:11]
    assert row.file.decode(errors="ignore") == "zürich-alt"
    row.file = ("a" * 15 + "ü").encode()[:16]
    assert row.file.decode(errors="ignore") == "a" * 15
    row.done = 2**31
    assert row.done == -(2**31)


def test_bytes_keep_their_zeros():
    class Keyed(ctypes.Structure):
        _fields_ = [("key", ctypes.c_ubyte * 4)]

    row = Keyed()
    row.key[:] = b"a\0b\0"
    assert bytes(row.key) == b"a\0b\0"


def test_the_fields_are_attributes_of_the_value():
    progress = Value(Progress, 1, 2, b"bern.csv")
    assert (progress.done, progress.cents, progress.file) == (1, 2, b"bern.csv")
    with pytest.raises(AttributeError):
        _ = progress.value
    with progress.get_lock():
        kept = copy(progress.get_obj())
    progress.done = 9
    assert kept.done == 1


def test_new_records_are_zeros_and_a_list_gives_the_fields():
    table = Array(Progress, 2)
    assert [(row.done, row.cents, row.file) for row in table] == [(0, 0, b"")] * 2
    table = Array(Progress, [(0, 0, b"none"), (0, 0, b"none")])
    assert [row.file for row in table] == [b"none"] * 2


class Counted:
    """A lock that knows whether it is held."""

    def __init__(self):
        self.held = 0
        self.seen = []

    def acquire(self):
        """Take it."""
        self.held += 1

    def release(self):
        """Give it back."""
        self.seen.append(self.held)
        self.held -= 1

    def __enter__(self):
        self.acquire()

    def __exit__(self, *_):
        self.release()


def test_a_value_takes_the_lock_for_each_field_an_array_for_the_record_only():
    lock = Counted()
    sales = Value(Progress, lock=lock)
    _ = sales.done, sales.cents
    assert lock.seen == [1, 1]
    lock = Counted()
    row = Array(Progress, 1, lock=lock)[0]
    assert lock.seen == [1]
    row.done = 3
    assert lock.seen == [1]


def test_a_misspelled_field_is_an_attribute_of_the_object():
    table, progress = Array(Progress, 1), Value(Progress)
    table[0].dnoe = progress.dnoe = 1
    assert not hasattr(table[0], "dnoe")
    assert progress.dnoe == 1
    assert not hasattr(progress.get_obj(), "dnoe")
    with pytest.raises(AttributeError):
        table[0].dnoe += 1


def finish(row):
    row.done = 7


def pass_an_element():
    table = Array(Progress, 2)
    child = get_context().Process(target=finish, args=(table[1],))
    child.start()
    child.join()
    return child.exitcode, table[1].done


def test_an_element_as_an_argument_is_a_copy(run, start_method):
    assert run(pass_an_element) == (0, 7 if start_method == "fork" else 0)


def local_class():
    class Local(ctypes.Structure):
        _fields_ = [("done", ctypes.c_int)]

    row = Value(Local)
    child = get_context().Process(target=finish, args=(row,))
    try:
        child.start()
    except Exception as error:  # AttributeError, PicklingError since 3.14
        return str(error)
    child.join()
    return row.done


def test_a_local_class_cannot_be_passed(run, start_method):
    ended = run(local_class)
    assert ended == 7 if start_method == "fork" else "local" in ended


def test_a_class_below_the_guard_is_not_found(run_program, start_method):
    class_ = 'class Sales(ctypes.Structure):\n    _fields_ = [("items", ctypes.c_int), '
    class_ += '("cents", ctypes.c_longlong)]\n'
    below = f'if __name__ == "__main__":\n    {class_.replace("    _", "        _")}'
    ended = run_program("structures.cured.py", changed={class_: below})
    if start_method == "fork":
        assert ended.status == 0
    else:
        assert ended.status == 1
        assert "'Sales'" in ended.output


def test_where_a_killed_worker_was_is_read_without_the_lock(capsys):
    table = Array(Progress, 1)
    table[0].file = b"graz.csv"
    dead = SimpleNamespace(join=lambda: None, exitcode=-9)
    table.get_lock = lambda: pytest.fail("it takes the lock")
    table._lock = None
    with pytest.raises(SystemExit, match="worker 0 failed in graz"):
        structures.join_all([dead], table)
