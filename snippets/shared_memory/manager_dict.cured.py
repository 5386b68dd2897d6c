from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Manager

BALLOTS = ["yes", "yes", "no"] * 500


def count(votes, counts, start, lock):
    start.wait(timeout=60)
    for vote in votes:
        with lock:  # cured: nothing between
            counts[vote] += 1


if __name__ == "__main__":
    with Manager() as manager, ProcessPoolExecutor(2) as executor:
        counts = manager.dict({"yes": 0, "no": 0})
        start, lock = manager.Barrier(2), manager.Lock()
        args = (BALLOTS, counts, start, lock)
        tasks = [executor.submit(count, *args) for _ in range(2)]
        for task in tasks:
            task.result()
        print(counts, "of", 2 * len(BALLOTS))
