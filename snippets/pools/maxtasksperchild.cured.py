import os
import random
from multiprocessing import Pool


def dice(game, throws=20_000):
    rng = random.Random(game)
    sixes = sum(rng.randint(1, 6) == 6 for _ in range(throws))
    return os.getpid(), sixes


if __name__ == "__main__":
    games = range(16)
    with Pool(2, maxtasksperchild=1) as pool:
        results = pool.map(dice, games, chunksize=1)  # cured: one each
    workers = {pid for pid, sixes in results}
    print(len(workers), "workers for", len(games), "games")
