import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, repeat
from multiprocessing import Lock
from pathlib import Path

lock = Lock()  # broken: spawned workers make their own


def invoice(number):
    rows = (f"invoice {number}, row {row}\n" for row in range(40))
    return "".join(rows).encode()


def append(path, numbers):
    places = []
    for number in numbers:
        with lock, path.open("ab") as file:
            places.append((number, file.tell()))
            time.sleep(0.005)  # as if the disk were slow
            file.write(invoice(number))
    return places


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "invoices")
        parts = [range(0, 400, 2), range(1, 400, 2)]
        with ProcessPoolExecutor(2) as executor:
            found = executor.map(append, repeat(path), parts)
            places = list(chain(*found))
        stored = path.read_bytes()
    print(len(places), "invoices")
    right = [stored.startswith(invoice(n), start) for n, start in places]
    print("not at their place:", right.count(False))

# sphinx_gallery_lesson_fails = {"spawn": "wrong"}
