import os
import tempfile
import time
from multiprocessing import Pool
from pathlib import Path


def is_prime(number):
    return all(number % d for d in range(2, int(number**0.5) + 1))


def write_report(path):
    with path.open("w") as file:  # broken: there before it is whole
        for number in range(9_000_000, 9_200_000):
            file.write(f"{number},{is_prime(number)}\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.csv")
        with Pool(1) as pool:
            pool.apply_async(write_report, (report,))
            while not os.listdir(folder):
                time.sleep(0.01)  # until the worker writes
        print("half a report in place:", report.exists())

# sphinx_gallery_lesson_fails = "wrong"
