from concurrent.futures import ProcessPoolExecutor
from itertools import count


def is_perfect(number):
    divisors = (d for d in range(1, number // 2 + 1) if number % d == 0)
    return sum(divisors) == number


def first_perfect(start, step):
    return next(n for n in count(start, step) if is_perfect(n))


if __name__ == "__main__":
    executor = ProcessPoolExecutor(2)
    odd = executor.submit(first_perfect, 3, 2)
    even = executor.submit(first_perfect, 30, 2)
    print("the next even one:", even.result())
    executor.shutdown(wait=False, cancel_futures=True)
    print("main ends")  # broken: only here

# sphinx_gallery_lesson_fails = ["hangs", "main ends"]
