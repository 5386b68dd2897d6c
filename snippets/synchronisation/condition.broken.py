import sys
from multiprocessing import Condition, Process, Value

ROWS = 1000


def load(loaded, changed):
    for _ in range(ROWS):
        with changed:
            loaded.value += 1
            changed.notify()
    print("the worker has loaded all rows")


if __name__ == "__main__":
    loaded = Value("i", 0)
    changed = Condition(loaded.get_lock())
    worker = Process(target=load, args=(loaded, changed), daemon=True)
    worker.start()
    with changed:
        for _ in range(ROWS):
            changed.wait()  # broken: some came while main was awake
    print("main knows of all rows")
    worker.join()
    sys.exit(worker.exitcode)

# sphinx_gallery_lesson_fails = ["hangs", "the worker has loaded all rows"]
