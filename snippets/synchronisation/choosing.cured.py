import multiprocessing
import sys
import tempfile
import time
from multiprocessing import Process
from pathlib import Path

LINES = ["the ship left the harbour"] * 300


def count(path, lock):
    for line in LINES:
        with lock, path.open("r+") as file:
            number = int(file.read()) + bool(line)
            time.sleep(0.001)  # as if the disk were slow
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
        if any(reader.exitcode for reader in readers):
            sys.exit("a reader failed")
        print("lines:", int(path.read_text()))
