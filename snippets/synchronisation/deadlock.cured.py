import sys
import time
from multiprocessing import Barrier, Lock, Process, Value


def transfer(source, target, amount, balances, locks, start):
    start.wait()
    print(f"from {source} to {target}: begun")
    for _ in range(100):
        first, second = sorted([source, target])  # cured: the same order
        with locks[first]:
            time.sleep(0.001)  # looks up the customer
            with locks[second]:
                balances[source].value -= amount
                balances[target].value += amount
    print(f"from {source} to {target}: done")


if __name__ == "__main__":
    balances = {n: Value("i", 500, lock=False) for n in (1, 2)}
    locks = {1: Lock(), 2: Lock()}
    start = Barrier(2, timeout=60)
    workers = []
    for job in [(1, 2, 3), (2, 1, 1)]:
        args = (*job, balances, locks, start)
        workers.append(Process(target=transfer, args=args))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker failed")
    print("balances:", balances[1].value, balances[2].value)
