import random
import sys
from multiprocessing import Array, Barrier, Process


def count(part, bins, start):
    start.wait(timeout=60)
    for gray in part:
        with bins.get_lock():  # cured: held for all three
            bins[gray] += 1


if __name__ == "__main__":
    chance = random.Random(2026)
    photo = [chance.randrange(16) for _ in range(80_000)]
    bins, start = Array("i", 256), Barrier(4)
    workers = []
    for first in range(4):
        args = (photo[first::4], bins, start)
        workers.append(Process(target=count, args=args))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker failed")
    print("counted", sum(bins), "of", len(photo))
