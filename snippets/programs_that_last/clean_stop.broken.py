import signal
import time
from multiprocessing import Event, Pipe, Process
from multiprocessing.connection import wait

noted = []


def note(number, frame):
    noted.append(number)


def work(alive, please_stop, page_ends):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    alive.send("begun")
    while not please_stop.is_set() and not page_ends.is_set():
        time.sleep(0.05)


def service(alive, page_ends):
    signal.signal(signal.SIGINT, note)  # broken: not for SIGTERM
    please_stop = Event()
    args = (alive, please_stop, page_ends)
    worker = Process(target=work, args=args)
    worker.start()
    try:
        while not noted and worker.is_alive():
            time.sleep(0.2)
    finally:
        please_stop.set()
        worker.join()


if __name__ == "__main__":
    receiver, alive = Pipe(duplex=False)
    page_ends = Event()
    process = Process(target=service, args=(alive, page_ends))
    process.start()
    alive.close()
    print("worker:", receiver.recv())
    process.terminate()
    process.join()
    ended = bool(wait([receiver], 1))  # its end of the pipe is closed
    print("worker ended with its service:", ended)
    page_ends.set()  # or it would stay
    wait([receiver])

# sphinx_gallery_lesson_fails = "wrong"
# sphinx_gallery_lesson_failures = "main terminates the service"
