import sys
import tempfile
import time
import zlib
from multiprocessing import Barrier, Process
from pathlib import Path


def seal(order):
    time.sleep(0.4)  # until the tax office answers
    return zlib.crc32(order.encode())


def book(orders, path, start):
    start.wait(timeout=60)  # both begin together
    for order in orders:
        number = path.read_text().count("\n") + 1  # broken: both read
        mark = seal(order)
        with path.open("a") as file:
            file.write(f"{number},{order},{mark}\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "invoices.csv")
        path.touch()
        start = Barrier(2)
        workers = []
        for orders in [["tea", "jam", "nuts"], ["rice", "salt", "corn"]]:
            args = (orders, path, start)
            workers.append(Process(target=book, args=args))
            workers[-1].start()
        for worker in workers:
            worker.join()
        rows = path.read_text().splitlines()
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker failed")
    print("rows:", len(rows))
    numbers = {row.split(",")[0] for row in rows}
    print("different numbers:", len(numbers))

# sphinx_gallery_lesson_fails = "wrong"
