import json
import sys
import tempfile
from multiprocessing import Lock, Process
from pathlib import Path


def read_stock(path, lock):
    with lock:
        return json.loads(path.read_text())


def sell(items, path, lock):
    for item in items:
        print("selling", item)
        with lock:
            stock = read_stock(path, lock)
            stock[item] -= 1
            path.write_text(json.dumps(stock))


if __name__ == "__main__":
    lock = Lock()  # broken: its holder waits for itself
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "stock.json")
        path.write_text(json.dumps({"tea": 5, "jam": 3}))
        args = (["tea", "jam", "tea"], path, lock)
        worker = Process(target=sell, args=args)
        worker.start()
        worker.join()
        print("in stock:", read_stock(path, lock))
    if worker.exitcode:
        sys.exit("the worker failed")

# sphinx_gallery_lesson_fails = "hangs"
