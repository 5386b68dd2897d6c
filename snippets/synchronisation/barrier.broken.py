import sys
from multiprocessing import Array, Barrier, Process

STEPS = 200
START = [0.0] * 25 + [100.0] * 10 + [0.0] * 25  # hot in the middle


def flow(cells):
    """Return each inner cell as the mean of itself and its neighbours."""
    trios = zip(cells, cells[1:], cells[2:])
    return [(left + own + right) / 3 for left, own, right in trios]


def simulate(rod, first, last, barrier):
    barrier.wait()  # both begin together
    for _ in range(STEPS):
        new = flow(rod[first - 1 : last + 1])
        rod[first:last] = new  # broken: neighbour in another step


if __name__ == "__main__":
    expected = START[:]
    for _ in range(STEPS):
        expected[1:-1] = flow(expected)

    rod = Array("d", START, lock=False)
    barrier = Barrier(2, timeout=60)
    workers = []
    for first, last in [(1, 30), (30, 59)]:
        args = (rod, first, last, barrier)
        workers.append(Process(target=simulate, args=args))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker failed")
    print(f"plain loop: {expected[30]:.3f} degrees")
    print(f"two workers: {rod[30]:.3f} degrees")
    print("all cells equal:", rod[:] == expected)

# sphinx_gallery_lesson_fails = "wrong"
