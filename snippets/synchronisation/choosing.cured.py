import multiprocessing
import tempfile
from multiprocessing import Process
from pathlib import Path

LINES = ["the ship left the harbour"] * 4000


def count(path, lock):
    for line in LINES:
        with lock, path.open("r+") as file:
            number = int(file.read()) + bool(line)
            file.seek(0)
            file.write(f"{number:06}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "counter")
        path.write_text("000000")
        lock = multiprocessing.Lock()  # cured: for processes
        readers = [Process(target=count, args=(path, lock)) for _ in range(2)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        print("lines:", int(path.read_text()))
