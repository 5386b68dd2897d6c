import random
from multiprocessing import Pool


def profit(papers, price, days=20_000):
    rng = random.Random(2026)
    total = 0.0
    for _ in range(days):
        readers = round(rng.gauss(150 - 35 * price, 20))
        total += max(0, min(papers, readers)) * price - papers * 1.20
    print(f"{papers} papers at {price:.2f}: {total / days:.2f}")
    return total / days


if __name__ == "__main__":
    plans = [(60, 2.0), (80, 2.0)]
    with Pool(2) as pool:
        profits = pool.starmap(profit, plans)  # cured: two arguments
    print(f"best profit: {max(profits):.2f}")
