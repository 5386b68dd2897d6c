import threading
from multiprocessing import Process

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
    process = Process(  # broken: forks while the lock is held
        target=write,
        args=("the child has the lock",),
    )
    process.start()
    started.set()
    thread.join()
    process.join()
    print("main is done")

# sphinx_gallery_lesson_fails = {"fork": "hangs"}
