import ctypes
import sys
import time
from multiprocessing import Process, Value


class Sales(ctypes.Structure):
    _fields_ = [("items", ctypes.c_int), ("cents", ctypes.c_longlong)]


def sell(sales):
    for _ in range(50_000):
        with sales.get_lock():
            sales.items += 1
            sales.cents += 250


def average(sales):
    with sales.get_lock():  # cured: both of one moment
        items = sales.items
        cents = sales.cents
    time.sleep(0.001)  # writes a line to a log
    return cents / items


if __name__ == "__main__":
    sales = Value(Sales, 1, 250)
    worker = Process(target=sell, args=(sales,))
    worker.start()
    wrong = 0
    while worker.exitcode is None:
        wrong += average(sales) != 250
    if worker.exitcode:
        sys.exit("the worker failed")
    print("wrong averages:", wrong)
    print("at the end:", average(sales))
