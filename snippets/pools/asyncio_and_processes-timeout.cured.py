import asyncio
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise, permutations
from time import monotonic

HOURS = {(a, b): abs(a * b - 7) % 11 for a in range(9) for b in range(9)}


def best_tour(stops, seconds):
    end = monotonic() + seconds
    best = 1_000
    for order in permutations(range(stops)):
        hours = sum(map(HOURS.get, pairwise(order)))
        best = min(best, hours)
        if monotonic() > end:  # cured: the worker stops
            print("the best so far")
            return best
    print("all orders are tried")
    return best


async def main(executor):
    loop = asyncio.get_running_loop()
    call = loop.run_in_executor(executor, best_tour, 9, 0.05)
    hours = await call
    print("main has a tour:", hours < 1_000)


if __name__ == "__main__":
    with ProcessPoolExecutor(1) as executor:
        asyncio.run(main(executor))
