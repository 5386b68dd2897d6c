import sys
from multiprocessing import Array, Event, Process

CURRENCIES = ["USD", "GBP", "JPY", "CHF", "CZK", "NOK"]
FETCHED = [1.16, 0.86, 170.0, 0.94, 24.5, 11.6]


def convert(rates, fetched):
    for number, currency in enumerate(CURRENCIES):
        if not fetched.is_set():
            print("waits for", currency)
        fetched.wait()
        print(f"100 EUR are {100 * rates[number]:.0f} {currency}")


if __name__ == "__main__":
    rates = Array("d", len(CURRENCIES))
    fetched = Event()
    worker = Process(target=convert, args=(rates, fetched))
    worker.start()
    for number, rate in enumerate(FETCHED):
        rates[number] = rate
        fetched.set()
        fetched.clear()  # broken: gone before the worker looks
    print("main has all rates")
    worker.join()
    sys.exit(worker.exitcode)

# sphinx_gallery_lesson_fails = ["hangs", "main has all rates"]
