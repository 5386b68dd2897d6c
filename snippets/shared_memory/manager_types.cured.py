from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Manager

TICKETS = 500


def sell(left, lock, start):
    """Sell until none is left; return how many."""
    start.wait(timeout=60)
    sold = 0
    while True:
        with lock:  # cured: check and take
            if left.value <= 0:
                return sold
            left.value -= 1
        sold += 1


if __name__ == "__main__":
    with Manager() as manager, ProcessPoolExecutor(2) as executor:
        left = manager.Value("i", TICKETS)
        args = (left, manager.Lock(), manager.Barrier(2))
        tasks = [executor.submit(sell, *args) for _ in range(2)]
        sold = sum(task.result() for task in tasks)
        print("oversold:", sold > TICKETS)
