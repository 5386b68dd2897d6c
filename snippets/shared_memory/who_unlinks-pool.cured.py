from multiprocessing import Pool
from multiprocessing.shared_memory import SharedMemory


def count_words(name, size):
    block = SharedMemory(name)
    try:
        return len(bytes(block.buf[:size]).split())
    finally:
        block.close()


if __name__ == "__main__":
    text = b"It was the best of times"
    block = SharedMemory(create=True, size=len(text))
    pool = Pool(1)  # cured: workers inherit its pipe
    with pool:
        try:
            block.buf[: len(text)] = text
            args = (block.name, len(text))
            print(pool.apply(count_words, args), "words")
        finally:
            block.close()
            block.unlink()
        pool.close()
        pool.join()
