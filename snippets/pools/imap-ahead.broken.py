import time
import zlib
from multiprocessing import Pool

made = []


def make_pages():
    for number in range(300):
        made.append(number)
        yield f"line of page {number}\n".encode() * 500


if __name__ == "__main__":
    most = saved = 0
    with Pool(2) as pool:
        results = pool.imap(zlib.compress, make_pages())  # broken: no limit
        for _ in results:
            most = max(most, len(made) - saved)
            time.sleep(0.005)  # main saves the result
            saved += 1
    print("made but not saved, at most:", most)

# sphinx_gallery_lesson_fails = "wrong"
