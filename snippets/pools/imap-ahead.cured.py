import time
import zlib
from itertools import islice
from multiprocessing import Pool

made = []


def make_pages():
    for number in range(300):
        made.append(number)
        yield f"line of page {number}\n".encode() * 500


def imap_in_batches(pool, function, inputs, size):
    inputs = iter(inputs)
    while batch := list(islice(inputs, size)):  # cured: no more than these
        yield from pool.imap(function, batch)


if __name__ == "__main__":
    most = saved = 0
    with Pool(2) as pool:
        results = imap_in_batches(pool, zlib.compress, make_pages(), 20)
        for _ in results:
            most = max(most, len(made) - saved)
            time.sleep(0.005)  # main saves the result
            saved += 1
    print("made but not saved, at most:", most)
