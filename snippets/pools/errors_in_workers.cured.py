import traceback
from concurrent.futures import ProcessPoolExecutor

PRICES = {"tea": 3, "milk": 2}
ORDERS = ["2 tea", "1 sugar"]


def total(order):
    pieces, item = order.split()
    return int(pieces) * PRICES[item]


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        futures = [executor.submit(total, order) for order in ORDERS]
        for future in futures:
            try:
                print(future.result(), "euros")
            except Exception as error:
                traceback.print_exception(error)  # cured: the worker's, too
