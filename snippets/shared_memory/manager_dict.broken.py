from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Manager

BALLOTS = ["yes", "yes", "no"] * 500


def count(votes, counts, start):
    start.wait(timeout=60)
    for vote in votes:
        counts[vote] += 1  # broken: two calls


if __name__ == "__main__":
    with Manager() as manager, ProcessPoolExecutor(2) as executor:
        counts = manager.dict({"yes": 0, "no": 0})
        start = manager.Barrier(2)
        args = (BALLOTS, counts, start)
        tasks = [executor.submit(count, *args) for _ in range(2)]
        for task in tasks:
            task.result()
        print(counts, "of", 2 * len(BALLOTS))

# sphinx_gallery_lesson_fails = "wrong"
