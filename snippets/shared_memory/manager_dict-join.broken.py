import sys
import time
from multiprocessing import Manager, Process


def look_up(city, answers):
    time.sleep(1)  # a slow server
    answers[city] = "sunny"


if __name__ == "__main__":
    with Manager() as manager:
        answers = manager.dict()
        worker = Process(target=look_up, args=("Oslo", answers))
        worker.start()
        print("answers:", answers)
    worker.join()  # broken: after the block
    print("exit code:", worker.exitcode)
    sys.exit(worker.exitcode)

# sphinx_gallery_lesson_fails = "FileNotFoundError"
