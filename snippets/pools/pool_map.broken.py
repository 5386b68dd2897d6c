from multiprocessing import Pool

PRICES = ["2,50", "3.20", "1.80", "4.10"]


def cents(price):
    print("reading", price)
    return round(float(price) * 100)


if __name__ == "__main__":
    with Pool(2) as pool:
        results = pool.map(cents, PRICES, chunksize=2)  # broken: all or nothing
    print(results)

# sphinx_gallery_lesson_fails = "ValueError: could not convert string to float: '2,50'"
