import sys
import time
from multiprocessing import Condition, Process, SimpleQueue, Value


def take(megabytes, free, changed, began):
    with changed:
        began.put(megabytes)
        changed.wait_for(lambda: free.value >= megabytes)
        free.value -= megabytes
    print(f"took {megabytes} MB")


def give(megabytes, free, changed):
    with changed:
        free.value += megabytes
        changed.notify()  # broken: wakes one, perhaps the wrong one
    print(f"main gave {megabytes} MB")


if __name__ == "__main__":
    free = Value("i", 0)
    changed = Condition(free.get_lock())
    began = SimpleQueue()
    workers = []
    for megabytes in [80, 20]:
        args = (megabytes, free, changed, began)
        worker = Process(target=take, args=args, daemon=True)
        worker.start()
        workers.append(worker)
        print("needs", began.get(), "MB")
        time.sleep(1)  # now it sleeps
    give(20, free, changed)
    workers[1].join()
    give(80, free, changed)
    workers[0].join()
    sys.exit(any(worker.exitcode for worker in workers))

# sphinx_gallery_lesson_fails = ["hangs", "main gave 20 MB"]
