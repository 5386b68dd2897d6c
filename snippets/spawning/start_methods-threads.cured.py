import threading
from multiprocessing import get_context

lock = threading.Lock()
locked, started = threading.Event(), threading.Event()


def write(text):
    with lock:
        print(text)


def hold_the_lock():
    with lock:
        print("main's thread has the lock")
        locked.set()
        started.wait()


if __name__ == "__main__":
    thread = threading.Thread(target=hold_the_lock)
    thread.start()
    locked.wait()
    process = get_context("spawn").Process(  # cured: a new interpreter
        target=write,
        args=("the child has the lock",),
    )
    process.start()
    started.set()
    thread.join()
    process.join()
    print("main is done")
