from concurrent.futures import ProcessPoolExecutor
from itertools import count
from multiprocessing import active_children


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
    if hasattr(executor, "kill_workers"):  # Python 3.14 and later
        executor.kill_workers()  # cured: nothing to wait for
    else:
        executor.shutdown(wait=False, cancel_futures=True)
        for worker in active_children():
            worker.kill()
    print("main ends")

# sphinx_gallery_lesson_failures = "two workers are killed"
