import inspect
import sys
import tempfile
from multiprocessing import Pool
from pathlib import Path

TEXTS = ["a pool that waits", "forever and a day"]


def longest_word(text):
    return max(text.split(), key=len)


if __name__ == "__main__":
    del __file__  # as in a notebook: main has no file
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        source = inspect.getsource(longest_word)
        Path(folder, "workers.py").write_text(source)
        from workers import longest_word  # cured: from a file

        with Pool(2) as pool:
            print(pool.map(longest_word, TEXTS))
