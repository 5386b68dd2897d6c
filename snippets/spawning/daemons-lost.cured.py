from multiprocessing import Process


def is_prime(number):
    return all(number % d for d in range(2, int(number**0.5) + 1))


def count_primes(limit):
    count = sum(is_prime(number) for number in range(2, limit))
    print(f"{count} primes below {limit}")


if __name__ == "__main__":
    process = Process(target=count_primes, args=(100_000,))
    process.daemon = True
    process.start()
    print("main has done its part")
    process.join()  # cured: waits for the daemon
