import time
from multiprocessing.pool import ThreadPool

rates = {}
requests = []


def fetch(currency):
    requests.append(currency)
    time.sleep(1)  # until the bank answers
    return {"EUR": 1.0, "USD": 1.25}[currency]


def in_euros(dollars):
    if "USD" not in rates:  # broken: others pass while one fetches
        rates["USD"] = fetch("USD")
    return dollars / rates["USD"]


if __name__ == "__main__":
    with ThreadPool(4) as pool:
        print(pool.map(in_euros, [10, 20, 30, 40], chunksize=1))
    print("the bank was asked once:", len(requests) == 1)

# sphinx_gallery_lesson_fails = "wrong"
