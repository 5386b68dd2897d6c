from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import Queue

PRICES = {"Leeds": [3.20, 12.50, -4.00], "York": [8.00, 31.00]}


def check(shop, prices, odd):
    for price in prices:
        if price <= 0:
            odd.put(f"{shop}: a price of {price:.2f}")
    return sum(prices)


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        odd = Queue()  # broken: refused in a task
        shops, prices = PRICES.keys(), PRICES.values()
        totals = executor.map(check, shops, prices, repeat(odd))
        print(f"total: {sum(totals):.2f}")
        while not odd.empty():
            print("odd:", odd.get())

# sphinx_gallery_lesson_fails = "RuntimeError: Queue objects should only be shared"
