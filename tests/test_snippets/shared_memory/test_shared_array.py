"""Many numbers in shared memory: a part for each, or the lock; and a NumPy view of them."""

import re
import sys
import textwrap
from multiprocessing import Array, Barrier, Process
from pathlib import Path
from typing import Any

import pytest

from snippets.shared_memory import shared_array


def test_program(run_program):
    """Four workers, each with its part, make what a loop makes; so does adding under the lock."""
    ended = run_program("shared_array.py", timeout=60)
    assert ended.status == 0, ended.output
    assert ended.output.count("brightened") == shared_array.WORKERS
    assert ended.output.count("as in a loop: True\n") == 2
    assert "False" not in ended.output
    photo = ended["photo"]
    assert f"counted {len(photo)} of {len(photo)}\n" in ended.output
    assert 0 == min(photo) < max(photo) == 15
    assert ended["looped"] != photo
    assert (ended["copy"], ended["cuts"][0], ended["cuts"][-1]) == ([99, 20, 30], 0, len(photo))
    assert "array: [10, 21, 31]\nValueError: " in ended.output
    assert "\nTypeError: 'float'" in ended.output


def counted(output: str) -> tuple[int, int]:
    """Return what was counted, and what should have been."""
    match = re.fullmatch(r"counted (\d+) of (\d+)\n", output)
    assert match, output
    return int(match[1]), int(match[2])


def test_broken_loses_counts(run_program):
    got, expected = counted(run_program("shared_array.broken.py").output)
    assert expected == 80_000
    assert 16 <= got < expected


def test_cured_is_exact(run_program):
    got, expected = counted(run_program("shared_array.cured.py").output)
    assert got == expected == 80_000


@pytest.mark.parametrize("half", ["broken", "cured"])
def test_a_worker_that_fails_is_noticed(run_program, half):
    """Else a histogram of a part would come with exit code 0."""
    line = "    start.wait(timeout=60)\n"
    changed = {line: f"{line}    raise ValueError\n"}
    ended = run_program(f"shared_array.{half}.py", changed=changed)
    assert ended.status == 1
    assert ended.output.endswith("a worker failed\n")


def test_a_size_is_not_an_initializer():
    """``Array("d", 3)`` is three zeros, ``Array("d", [3])`` one element; no append."""
    assert Array("d", 3)[:] == [0.0, 0.0, 0.0]
    assert Array("d", [3])[:] == [3.0]
    assert not hasattr(Array("d", 3), "append")


def test_a_byte_wraps_round_and_a_pixel_does_not():
    """256 becomes 0, without an error, so ``brighten`` stops at 255."""
    byte = Array("B", [16], lock=False)
    byte[0] *= 16
    assert byte[:] == [0]
    pixels = Array("B", [15, 16, 20, 255, 7], lock=False)
    shared_array.brighten(pixels, 0, 4, Barrier(1))
    assert pixels[:] == [240, 255, 255, 255, 7]


def test_get_obj_takes_no_lock():
    numbers = Array("i", [10])
    held = numbers.get_lock()
    bare: Any = numbers.get_obj()
    with held:
        bare[0] += 1
    assert not hasattr(bare, "get_lock")
    assert numbers[:] == [11]


def with_numpy(name, *args):
    """Call a function of the page's section on NumPy."""
    text = Path(shared_array.__file__).read_text("utf-8")
    block = re.search(r"code-block:: python\n#\n((?:#  .*\n|#\n)+)", text)
    assert block and "frombuffer" in block[1]
    code = textwrap.dedent(re.sub(r"^# ?", "", block[1], flags=re.MULTILINE))
    names: dict = {}
    exec(code, names)
    names[name](*args)


def brightened_and_counted():
    """Return two arrays after two processes each worked on them, as NumPy's."""
    pixels, bins = Array("B", [1, 15, 16, 255], lock=False), Array("i", 256)
    shared_array.run_all(
        [
            Process(target=with_numpy, args=args)
            for args in (
                ("brighten", pixels, 0, 2),
                ("brighten", pixels, 2, 4),
                ("add_histogram", [7, 7, 9], bins),
                ("add_histogram", [9, 7], bins),
            )
        ]
    )
    return pixels[:], bins[:]


def test_numpy_writes_into_the_array(run):
    pytest.importorskip("numpy")
    bins = [0] * 256
    bins[7], bins[9] = 3, 2
    assert run(brightened_and_counted, timeout=60) == ([16, 240, 255, 255], bins)


def double(view):
    """Double what may be a copy."""
    view *= 2


def pass_the_view():
    """Return the array after a worker was given the view and not the array."""
    import numpy as np

    numbers = Array("d", [1, 2], lock=False)
    shared_array.run_all([Process(target=double, args=(np.frombuffer(numbers),))])
    return numbers[:]


def test_a_view_is_copied_on_its_way(run, start_method):
    pytest.importorskip("numpy")
    assert run(pass_the_view, timeout=60) == ([2, 4] if start_method == "fork" else [1, 2])


def test_no_lesson_of_the_chapter_hides_a_standard_module():
    """``python array.py`` would hide the array module that multiprocessing needs."""
    scripts = Path(shared_array.__file__).parent.glob("*.py")
    assert not {script.stem for script in scripts} & sys.stdlib_module_names
