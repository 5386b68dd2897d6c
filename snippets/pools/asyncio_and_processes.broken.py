import asyncio
import random
from itertools import permutations
from math import dist

VANS = ["red van", "blue van", "green van"]


def best_tour(van):
    rng = random.Random(van)
    home, *stops = [(rng.random(), rng.random()) for _ in range(9)]
    best = 100.0
    for order in permutations(stops):
        legs = zip((home, *order), (*order, home), strict=True)
        best = min(best, sum(dist(a, b) for a, b in legs))
    print(van, "is planned")
    return best


async def serve(answers):
    while True:
        await asyncio.sleep(0.01)
        answers.append("alive")  # to a monitor, every 10 milliseconds


async def main():
    answers = []
    server = asyncio.create_task(serve(answers))
    await asyncio.sleep(0)  # the server begins
    tours = [best_tour(van) for van in VANS]  # broken: no await
    server.cancel()
    for van, length in zip(VANS, tours, strict=True):
        print(f"{van}: {length:.2f} km")
    print("answered meanwhile:", len(answers) > 3)


if __name__ == "__main__":
    asyncio.run(main())

# sphinx_gallery_lesson_fails = "wrong"
