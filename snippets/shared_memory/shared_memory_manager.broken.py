from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing.managers import SharedMemoryManager
from multiprocessing.shared_memory import SharedMemory

PAGES = [b"the best of times", b"the worst", b"the age of wisdom"]


def count_words(name, size):
    block = SharedMemory(name)
    words = len(bytes(block.buf[:size]).split())
    block.close()
    return words


if __name__ == "__main__":
    with (
        ExitStack() as to_close,
        SharedMemoryManager() as smm,
        ProcessPoolExecutor(1) as pool,
    ):
        blocks = []
        for page in PAGES:
            block = smm.SharedMemory(len(page))
            to_close.callback(block.close)
            block.buf[: len(page)] = page
            blocks.append(block)
        for page, block in zip(PAGES, blocks, strict=True):
            args = (block.name, len(page))
            print(pool.submit(count_words, *args).result(), "words")
        blocks[1].unlink()  # broken: the manager will, too
    print("all counted")

# sphinx_gallery_lesson_fails = "leaked shared_memory objects"
