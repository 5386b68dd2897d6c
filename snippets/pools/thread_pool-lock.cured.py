import time
from multiprocessing.pool import ThreadPool
from threading import Lock

lock = Lock()
rates = {}
requests = []


def fetch(currency):
    requests.append(currency)
    time.sleep(1)  # until the bank answers
    return {"EUR": 1.0, "USD": 1.25}[currency]


def in_euros(dollars):
    with lock:  # cured: one looks and fetches, the others wait
        if "USD" not in rates:
            rates["USD"] = fetch("USD")
    return dollars / rates["USD"]


if __name__ == "__main__":
    with ThreadPool(4) as pool:
        print(pool.map(in_euros, [10, 20, 30, 40], chunksize=1))
    print("the bank was asked once:", len(requests) == 1)
