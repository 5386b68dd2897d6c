from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import Manager

PRICES = {"Leeds": [3.20, 12.50, -4.00], "York": [8.00, 31.00]}


def check(shop, prices, odd):
    for price in prices:
        if price <= 0:
            odd.put(f"{shop}: a price of {price:.2f}")
    return sum(prices)


if __name__ == "__main__":
    with Manager() as manager, ProcessPoolExecutor(2) as executor:
        odd = manager.Queue()  # cured: a proxy, which can be sent
        shops, prices = PRICES.keys(), PRICES.values()
        totals = executor.map(check, shops, prices, repeat(odd))
        print(f"total: {sum(totals):.2f}")
        while not odd.empty():
            print("odd:", odd.get())
