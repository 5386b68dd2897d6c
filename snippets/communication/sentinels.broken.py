import queue
from multiprocessing import Process, Queue

PRICES = ["12.50", "8.00", "1,75", "31.00"]


def read_prices(texts, results):
    try:
        for text in texts:
            results.put(float(text))
    finally:
        results.put(None)  # broken: also after an exception


def receive(results, producer):
    while True:
        code = producer.exitcode
        try:
            return results.get(timeout=0.5)
        except queue.Empty:
            if code is not None:
                raise RuntimeError(f"exit code {code}") from None


if __name__ == "__main__":
    results = Queue()
    producer = Process(target=read_prices, args=(PRICES, results))
    producer.start()
    prices = []
    try:
        while (price := receive(results, producer)) is not None:
            prices.append(price)
        print("total:", sum(prices))
    except RuntimeError as error:
        print("no total,", error)
    producer.join()

# sphinx_gallery_lesson_fails = "wrong"
# sphinx_gallery_lesson_failures = "one price has a decimal comma"
