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
        worker.join()  # cured: inside the block
        print("answers:", answers)
    print("exit code:", worker.exitcode)
    sys.exit(worker.exitcode)
