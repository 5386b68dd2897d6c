import ctypes
import sys
from multiprocessing import Process, Value


class Task(ctypes.Structure):
    _fields_ = [
        ("number", ctypes.c_int),
        ("file", ctypes.c_char * 16),  # cured: the text itself
    ]


def work(task):
    print("task", task.number, flush=True)
    print("file", task.file.decode())


if __name__ == "__main__":
    task = Value(Task, 7, b"oslo.csv")
    worker = Process(target=work, args=(task,))
    worker.start()
    worker.join()
    if worker.exitcode:
        sys.exit(f"exit code of the worker: {worker.exitcode}")
