import sys
import time
from multiprocessing import Event, Process, SimpleQueue


def serve(name, began, stop):
    began.put(name)
    stop.wait()
    print(f"{name}: stopped")


if __name__ == "__main__":
    began = SimpleQueue()
    stop = Event()  # broken: counts who waits
    workers = []
    for name in ["first", "second"]:
        args = (name, began, stop)
        worker = Process(target=serve, args=args, daemon=True)
        worker.start()
        workers.append(worker)
    began.get(), began.get()  # both begin to wait
    time.sleep(1)
    workers[0].terminate()
    workers[0].join()
    print("main stops the second")
    stop.set()
    workers[1].join()
    sys.exit(workers[1].exitcode)

# sphinx_gallery_lesson_fails = ["hangs", "main stops the second"]
# sphinx_gallery_lesson_failures = "main terminates a worker"
