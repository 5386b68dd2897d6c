from multiprocessing import Pool


def is_prime(number):
    return all(number % d for d in range(2, int(number**0.5) + 1))


def count_primes(first, last):
    return sum(map(is_prime, range(first, last)))


if __name__ == "__main__":
    counts = []
    with Pool(2) as pool:
        for first in [100_000, 200_000, 300_000]:
            job = (first, first + 20_000)
            pool.apply_async(count_primes, job, callback=counts.append)
        print("all tasks are submitted")  # broken: none is done
    print("primes:", sorted(counts))

# sphinx_gallery_lesson_fails = "wrong"
