import random
from multiprocessing import Process, active_children


def simulate(checkouts, customers=200_000):
    rng = random.Random(2026)
    free_at = [0.0] * checkouts
    now = waited = 0.0
    for _ in range(customers):
        now += rng.expovariate(1)
        first = free_at.index(min(free_at))
        begin = max(now, free_at[first])
        waited += begin - now
        free_at[first] = begin + rng.expovariate(0.3)
    print(f"{checkouts} checkouts: {waited / customers:.2f} minutes")


if __name__ == "__main__":
    processes = []
    for number in [4, 5, 6, 7]:
        process = Process(target=simulate, args=(number,))
        process.start()
        print("running:", len(active_children()))
        processes.append(process)
    for process in processes:
        process.join()  # cured: waits when all have started
