"""A program that makes shared memory, hands it over and drops it, until its standard input ends.

Between its maker and the process that takes it up nobody holds a segment for a while. At the end
it says how many it made, and how many were lost or changed by then. It has named semaphores, too.
"""

import multiprocessing
import select
import sys
import time
from multiprocessing.shared_memory import SharedMemory

DROPPED = 1.5  # seconds: far longer than a short recording takes
context = multiprocessing.get_context("spawn")  # its semaphores have names while they live


def take(made, lost):
    """Take up each segment after a while, look into it, and remove it."""
    for name, number, since in iter(made.get, None):
        time.sleep(max(0, since + DROPPED - time.monotonic()))
        try:
            memory = SharedMemory(name)
        except FileNotFoundError:
            lost.value += 1
            continue
        lost.value += memory.buf[0] != number
        memory.close()
        memory.unlink()


def main():
    """Say when the first segment is there, and in the end what became of all."""
    made, lost = context.Queue(), context.Value("i", 0)
    taker = context.Process(target=take, args=(made, lost))
    taker.start()
    count = 0
    while not count or not select.select([sys.stdin], [], [], 0.02)[0]:
        semaphores = [context.Semaphore() for _ in range(10)]
        memory = SharedMemory(create=True, size=64)
        memory.buf[0] = count % 256
        memory.close()
        made.put((memory.name, count % 256, time.monotonic()))
        count += 1
        if count == 1:
            print("begun", flush=True)
        del semaphores
    made.put(None)
    taker.join()
    print(f"{count} made, {lost.value} lost")


if __name__ == "__main__":
    main()
