from concurrent.futures import ProcessPoolExecutor, as_completed
from math import isqrt

NUMBER = 1_299_709 * 2_147_483_647
STEP = 200_000


def divisor(first):
    numbers = range(first, first + STEP)
    return next((n for n in numbers if NUMBER % n == 0), None)


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        firsts = range(2, isqrt(NUMBER), STEP)
        futures = [executor.submit(divisor, first) for first in firsts]
        for future in as_completed(futures):  # broken: waits for all
            if found := future.result():
                print("a divisor:", found)
                executor.shutdown(cancel_futures=True)
    print("the end")

# sphinx_gallery_lesson_fails = ["hangs", "a divisor: 1299709"]
