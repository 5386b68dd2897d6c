import re
from multiprocessing import Pool, TimeoutError

LINE = re.compile(r"(\w+ ?)+: (\d+) files")
LOG = [
    "backup of the customers of the north was cut off",
    "backup of orders: 1200 files",
    "backup of photos: 48000 files",
]


def files(line):
    return int(LINE.match(line)[2])


if __name__ == "__main__":
    with Pool(2) as pool:  # cured: its end kills the workers
        tasks = [pool.apply_async(files, (line,)) for line in LOG]
        for line, task in zip(LOG, tasks, strict=True):
            try:
                print(line, "->", task.get(timeout=2))
            except TimeoutError:
                print(line, "-> too late")
    print("the end")
