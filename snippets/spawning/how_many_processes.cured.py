import os
import random
from multiprocessing import Pool, active_children


def average_wait(seed, customers=10_000):
    rng = random.Random(seed)
    wait = total = 0.0
    for _ in range(customers):
        wait += rng.expovariate(1.25) - rng.expovariate(1)
        wait = max(0.0, wait)
        total += wait
    return total / customers


if __name__ == "__main__":
    seeds = range(24)
    cpus = getattr(os, "process_cpu_count", os.cpu_count)() or 1
    print(f"{len(seeds)} jobs, {cpus} CPUs")
    workers = min(len(seeds), cpus)  # cured: one for each CPU
    with Pool(workers) as pool:
        print("processes:", len(active_children()))
        waits = pool.map(average_wait, seeds)
    print(f"from {min(waits):.2f} to {max(waits):.2f} minutes")
