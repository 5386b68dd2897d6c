from multiprocessing import Pool

PRICES = ["2,50", "3.20", "1.80", "4.10"]


def cents(price):
    print("reading", price)
    return round(float(price) * 100)


def cents_or_error(price):
    try:
        return cents(price), None
    except Exception as error:  # cured: in the worker
        return None, f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    with Pool(2) as pool:
        results = pool.map(cents_or_error, PRICES, chunksize=2)
    print(results)
