import re
from concurrent.futures import ProcessPoolExecutor

LINE = re.compile(r"(\w+ ?)+: (\d+) files")
LOG = [
    "backup of the customers of the north was cut off",
    "backup of orders: 1200 files",
    "backup of photos: 48000 files",
]


def files(line):
    return int(LINE.match(line)[2])


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:  # broken: waits at its end
        tasks = [pool.submit(files, line) for line in LOG]
        for line, task in zip(LOG, tasks, strict=True):
            try:
                print(line, "->", task.result(timeout=2))
            except TimeoutError:
                print(line, "-> too late; cancelled:", task.cancel())
    print("the end")

# sphinx_gallery_lesson_fails = ["hangs", "cut off -> too late; cancelled: False", "-> 48000"]
