from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import Manager

SALES = {"north": [40, 60], "south": [30, 20], "west": [50]}


def share(region, sums, barrier):
    sums[region] = sum(SALES[region])
    barrier.wait()
    return f"{region}: {sums[region] / sum(sums.values()):.0%}"


if __name__ == "__main__":
    with Manager() as manager:
        sums, barrier = manager.dict(), manager.Barrier(3)
        with ProcessPoolExecutor(2) as executor:  # broken: too few
            lines = executor.map(share, SALES, repeat(sums), repeat(barrier))
            print(*lines, sep="\n")

# sphinx_gallery_lesson_fails = "hangs"
