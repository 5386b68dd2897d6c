import os
from multiprocessing import Process, Value

ROWS = ["2.50", "none", "3.20"]


def cents(row):
    if row == "none":
        os._exit(1)  # ends this process at once, as a crash does
    return round(float(row) * 100)


def add_prices(total):
    for row in ROWS:
        with total.get_lock():
            price = cents(row)  # broken: may die with the lock
            total.value += price


if __name__ == "__main__":
    total = Value("i", 0)
    worker = Process(target=add_prices, args=(total,))
    worker.start()
    worker.join()
    print("exit code:", worker.exitcode)
    print("cents:", total.value)

# sphinx_gallery_lesson_fails = "hangs"
# sphinx_gallery_lesson_failures = "the worker ends itself"
