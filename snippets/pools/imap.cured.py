import json
from multiprocessing import Pool

ORDERS = [
    '{"price": 3, "pieces": 10}',
    '{"price": 2, "pie',
    '{"price": 5, "pieces": 2}',
    '{"price": 1, "pieces": 7}',
]


def total(text):
    order = json.loads(text)
    return order["price"] * order["pieces"]


if __name__ == "__main__":
    failed = []
    with Pool(2) as pool:
        results = pool.imap(total, ORDERS)
        for order in ORDERS:
            try:
                euros = next(results)  # cured: an error costs one order
            except Exception as error:
                print("failed:", order, error)
                failed.append(order)
            else:
                print("booked", euros)
