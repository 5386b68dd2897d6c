import sys
from math import isqrt
from multiprocessing import Barrier, Process
from multiprocessing.sharedctypes import RawValue


def primes_from(first):
    numbers = range(first, first + 1000)
    return sum(all(n % d for d in range(2, isqrt(n) + 1)) for n in numbers)


def count_primes(firsts, primes, start):
    start.wait(timeout=60)
    for first in firsts:
        primes.value += primes_from(first)  # broken: no lock


if __name__ == "__main__":
    primes, start = RawValue("i", 0), Barrier(2)
    workers = []
    for begin in [1000, 2000]:
        args = (range(begin, 40_000, 2000), primes, start)
        workers.append(Process(target=count_primes, args=args))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker failed")
    print(primes.value, "primes")

# sphinx_gallery_lesson_fails = "wrong"
