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
        if not changed.wait_for(  # cured: asks the number
            lambda: loaded.value == ROWS, timeout=60
        ):
            sys.exit("rows are missing")
    print("main knows of all rows")
    worker.join()
    sys.exit(worker.exitcode)
