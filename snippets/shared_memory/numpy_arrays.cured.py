import sys
from multiprocessing import Process
from multiprocessing.shared_memory import SharedMemory

import numpy as np

SHAPE = (1_000, 1_000)


def open_heights(name):
    block = SharedMemory(name)
    heights = np.ndarray(SHAPE, buffer=block.buf)
    return block, heights  # cured: both are kept


def average(name):
    block, heights = open_heights(name)
    print("average height:", heights.mean())
    block.close()


if __name__ == "__main__":
    block = SharedMemory(create=True, size=8 * 1_000 * 1_000)
    try:
        np.ndarray(SHAPE, buffer=block.buf)[:] = 440
        child = Process(target=average, args=(block.name,))
        child.start()
        child.join()
    finally:
        block.close()
        block.unlink()
    if child.exitcode != 0:
        sys.exit(f"child: exit code {child.exitcode}")
