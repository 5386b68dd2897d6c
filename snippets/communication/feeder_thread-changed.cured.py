from multiprocessing import Process, Queue

LINES = [f"order {number}" for number in range(1_000)]


def send_batches(lines, results):
    batch = []
    for line in lines:
        batch.append(line)
        if len(batch) == 100:
            results.put(batch)
            batch = []  # cured: a new list


if __name__ == "__main__":
    results = Queue()
    worker = Process(target=send_batches, args=(LINES, results))
    worker.start()
    batches = [results.get(timeout=60) for _ in range(10)]
    received = sum(batches, [])
    print("all lines received:", received == LINES)
    worker.join()
