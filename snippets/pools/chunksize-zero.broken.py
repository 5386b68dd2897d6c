from multiprocessing import Pool

PRICES = ["2.50", "3.20", "1.80", "4.10"]
WORKERS = 2

if __name__ == "__main__":
    with Pool(WORKERS) as pool:
        size = len(PRICES) // (10 * WORKERS)  # broken: 0 for a short list
        print(pool.map(float, PRICES, chunksize=size))

# sphinx_gallery_lesson_fails = "[None, None, None, None]"
