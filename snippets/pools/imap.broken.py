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
    with Pool(2) as pool:
        for euros in pool.imap(total, ORDERS):  # broken: ends at an error
            print("booked", euros)

# sphinx_gallery_lesson_fails = "JSONDecodeError"
