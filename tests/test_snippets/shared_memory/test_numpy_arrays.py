"""A NumPy array over a block: what is shared, what is pickled, and what crashes."""

import re
import signal
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import Process
from multiprocessing.shared_memory import SharedMemory

import pytest

np = pytest.importorskip("numpy")


@pytest.fixture
def block():
    block = SharedMemory(create=True, size=80)
    try:
        yield block
    finally:
        block.close()
        block.unlink()


def test_program(run_program):
    """The rows are changed in place, and what main counts is what the tasks counted."""
    ended = run_program("numpy_arrays.py", timeout=60)
    assert ended.status == 0, ended.output
    measured, standard = ended["measured"], ended["standard"]
    assert standard.shape == measured.shape
    assert not np.allclose(standard, measured)
    assert np.allclose(standard.mean(axis=1), 0)
    assert np.allclose(standard.std(axis=1), 1)
    assert ended["extreme"] == (abs(standard) > 4).sum() > 0
    assert "as in a loop: True" in ended.output
    assert len(re.findall(r"^rows \d+ to \d+: \d+ extreme$", ended.output, re.MULTILINE)) == 4
    assert "leaked" not in ended.output


def test_the_address_is_short(run_program):
    ended = run_program("numpy_arrays.py", timeout=60)
    array, address = (int(n) for n in re.findall(r"(\d+) bytes", ended.output))
    assert array > ended["measured"].nbytes > 10_000_000
    assert address < 200


def test_to_bind_the_name_copies_nothing(run_program):
    """The page warns of ``readings = measured``: the workers then find zeros."""
    ended = run_program(
        "numpy_arrays.py", timeout=60, changed={"readings[:] = measured": "readings = measured"}
    )
    assert "as in a loop: False" in ended.output


@pytest.mark.skipif(sys.platform == "win32", reason="a signal")
@pytest.mark.parametrize(
    "changed",
    [
        {
            "readings.copy()": "readings",
            '    print("extreme hours:"': '    print(standard.mean())\n    print("extreme hours:"',
        },
        {'    print(f"rows': '    print(rows.mean())\n    print(f"rows'},
        {"return extreme": "return rows"},
    ],
    ids=["main returns it", "used after close", "a task returns a view"],
)
def test_an_array_without_its_block_crashes(run_program, changed):
    """It is used at once, before something else as large can be mapped in its place."""
    ended = run_program("numpy_arrays.py", timeout=60, changed=changed)
    crashed = ended.status in (-signal.SIGSEGV, -signal.SIGBUS)
    assert crashed or (ended.status == 1 and "BrokenProcessPool" in ended.output), ended.output
    assert "as in a loop" not in ended.output


def test_a_task_that_raises(run_program):
    ended = run_program("numpy_arrays.py", timeout=60, changed={"axis=1": "axis=7"})
    assert ended.status == 1
    assert "AxisError" in ended.output
    assert "leaked" not in ended.output


@pytest.mark.skipif(sys.platform == "win32", reason="a signal")
def test_the_array_outlives_its_block(run_program):
    ended = run_program("numpy_arrays.broken.py")
    assert ended.status == 1
    assert re.search(r"^child: exit code -(11|10|7)$", ended.output, re.MULTILINE)
    assert "average" not in ended.output


def test_both_are_kept(run_program):
    ended = run_program("numpy_arrays.cured.py")
    assert (ended.status, ended.output) == (0, "average height: 440.0\n")


@pytest.mark.skipif(sys.platform == "win32", reason="a signal")
def test_used_after_close(run_program):
    """Closing before the use is the same mistake."""
    line = '    print("average height:", heights.mean())\n'
    ended = run_program("numpy_arrays.cured.py", changed={line: f"    block.close()\n{line}"})
    assert ended.status == 1
    assert "average" not in ended.output


@pytest.mark.skipif(sys.platform != "linux", reason="where the next block is mapped")
def test_used_after_close_it_may_read_the_next_block(run_program):
    """That is worse than a crash: the program ends with 0, and the number is of other data.

    The kernel chooses the place, so the child opens blocks until one of them is there, and uses
    the array only then.
    """
    line = '    print("average height:", heights.mean())\n'
    then = """
    block.close()
    others = []
    for _ in range(20):
        block = SharedMemory(create=True, size=8 * 1_000 * 1_000)
        block.unlink()
        others.append(block)
        other = np.ndarray(SHAPE, buffer=block.buf)
        if other.__array_interface__["data"] == heights.__array_interface__["data"]:
            break
    else:
        sys.exit("elsewhere")
    other[:] = 7
"""
    ended = run_program("numpy_arrays.cured.py", changed={line: then + line})
    if "elsewhere" in ended.output:
        pytest.skip("the kernel mapped none of the next blocks at that place")
    assert (ended.status, ended.output) == (0, "average height: 7.0\n")


def test_threads_share_the_array_as_it_is():
    heights = np.zeros((4, 5))
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(lambda row: row.fill(7), heights))
    assert (heights == 7).all()


def average_of_a_file(path):
    """Read it, try to write to it, and write to it."""
    average = float(np.load(path, mmap_mode="r").mean())
    refused = ""
    try:
        np.load(path, mmap_mode="r")[0] = 9
    except ValueError as error:
        refused = str(error)
    np.load(path, mmap_mode="r+")[0] = 9
    return average, refused


def map_a_file(path):
    """Return what a worker found, and what is in the file after it."""
    np.save(path, np.full(10, 7.0))
    with ProcessPoolExecutor(1) as executor:
        found = executor.submit(average_of_a_file, path).result()
    return found, np.load(path).tolist()


def test_a_worker_maps_a_file(run, tmp_path):
    """With "r" it is for reading, with "r+" it is changed and outlives the worker."""
    found, after = run(map_a_file, str(tmp_path / "heights.npy"), timeout=60)
    assert found == (7.0, "assignment destination is read-only")
    assert after == [9.0] + [7.0] * 9


def test_an_array_of_ndarray_does_not_keep_it_open_and_one_of_frombuffer_does():
    block = SharedMemory(create=True, size=80)
    loose = np.ndarray(10, buffer=block.buf)
    tight = np.frombuffer(block.buf, np.float64, 10).reshape(2, 5)
    tight[:] = 7
    assert loose.tolist() == [7] * 10
    part = tight[0]
    del tight
    with pytest.raises(BufferError, match="cannot close exported pointers exist"):
        block.close()
    assert part.tolist() == [7] * 5  # still mapped
    del part
    block.close()  # although there is `loose`, which must not be touched now
    block.unlink()


def test_only_frombuffer_refuses_objects(block):
    np.ndarray(3, object, buffer=block.buf)
    with pytest.raises(ValueError, match="OBJECT"):
        np.frombuffer(block.buf, object)


@pytest.mark.parametrize("dtype", ["U10", [("station", "U4"), ("degrees", "f8")]])
def test_texts_and_structures_are_shared(block, dtype):
    ours, theirs = (np.ndarray(2, dtype, buffer=block.buf) for _ in range(2))
    value = "Bern" if dtype == "U10" else ("Bern", 21.5)
    ours[1] = value
    assert theirs[1].item() == value
    del ours, theirs


def test_an_array_that_is_too_large_is_refused(block):
    with pytest.raises(TypeError, match="buffer is too small"):
        np.ndarray(100_000, buffer=block.buf)


def test_in_place_or_not(block):
    ours, theirs = (np.ndarray(2, np.uint8, buffer=block.buf) for _ in range(2))
    ours += 1
    ours = ours * 2
    assert (ours.tolist(), theirs.tolist()) == ([2, 2], [1, 1])
    ours = np.append(theirs, 9)
    assert theirs.tolist() == [1, 1]
    del ours, theirs


def test_with_frombuffer_the_helper_works_and_python_complains(run_program):
    ended = run_program(
        "numpy_arrays.broken.py",
        changed={"np.ndarray(SHAPE, buffer=block.buf)": "np.frombuffer(block.buf)"},
    )
    assert ended.status == 0, ended.output
    assert "average height: 440.0" in ended.output
    assert "Exception ignored" in ended.output
    assert "BufferError: cannot close exported pointers exist" in ended.output


def read_objects(name):
    """Read what is a pointer of another process."""
    block = SharedMemory(name)
    print([str(one) for one in np.ndarray(1_000, object, buffer=block.buf)])


def share_objects():
    """Return the exit code of a child that was given an array of objects."""
    block = SharedMemory(create=True, size=8_000)
    kept = [str(number) * 99 for number in range(1_000)]
    try:
        np.ndarray(1_000, object, buffer=block.buf)[:] = kept
        child = Process(target=read_objects, args=(block.name,))
        child.start()
        child.join()
    finally:
        block.close()
        block.unlink()
    return child.exitcode


@pytest.mark.skipif(sys.platform == "win32", reason="a signal")
def test_objects_are_found_by_luck_under_fork_only(run, start_method):
    code = run(share_objects, timeout=60)
    assert code == 0 if start_method == "fork" else code in (-11, -10, -7)
