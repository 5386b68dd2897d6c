import tempfile
import zlib
from multiprocessing import Lock, Pool
from pathlib import Path

PAGES = ["the ship left the harbour\n" * n for n in (900, 800, 700)]


class Archive:
    def __init__(self, path):
        self.path = path
        self.lock = Lock()

    def pack(self, page):
        data = zlib.compress(page.encode())
        with self.lock, self.path.open("ab") as file:
            file.write(data)
        return len(data)


def keep(made):
    global shared
    shared = made


def pack(page):
    return shared.pack(page)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder, "pages"))
        with Pool(2, keep, (archive,)) as pool:  # cured: sent at the start
            sizes = pool.map(pack, PAGES)
        print("complete:", archive.path.stat().st_size == sum(sizes))
