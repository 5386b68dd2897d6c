import hashlib
import sys
from multiprocessing import Process
from multiprocessing.shared_memory import ShareableList

PAGES = [f"page {n}".encode() for n in range(1000)]


def digest(page):
    return hashlib.sha256(page).digest()  # broken: may end in b"\0"


def fill(index):
    for n, page in enumerate(PAGES):
        index[n] = digest(page)


if __name__ == "__main__":
    index = ShareableList([digest(b"")] * len(PAGES))
    try:
        child = Process(target=fill, args=(index,))
        child.start()
        child.join()
        if child.exitcode:
            sys.exit("the child failed")
        pairs = zip(index, map(digest, PAGES), strict=True)
        wrong = sum(read != written for read, written in pairs)
        print("lengths:", *sorted({len(read) for read in index}))
        print("wrong:", wrong, "of", len(index))
    finally:
        index.shm.close()
        index.shm.unlink()

# sphinx_gallery_lesson_fails = "wrong"
