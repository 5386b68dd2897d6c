from multiprocessing import Pool

PRICES = ["2.50", "3.20", "1.80", "4.10"]
WORKERS = 2

if __name__ == "__main__":
    with Pool(WORKERS) as pool:
        size = max(1, len(PRICES) // (10 * WORKERS))  # cured: 1 at least
        print(pool.map(float, PRICES, chunksize=size))
