from multiprocessing import Process, Queue

PRICES = ["1,75", "12.50", "8.00", "31.00", "5.25"]


def read(texts):
    for text in PRICES:
        texts.put(text)
    texts.put(None)


def add(texts):
    total = 0.0
    for text in iter(texts.get, None):
        total += float(text)
    print("total:", total)


if __name__ == "__main__":
    texts = Queue(maxsize=2)
    producer = Process(target=read, args=(texts,), daemon=True)
    consumer = Process(target=add, args=(texts,), daemon=True)
    producer.start()
    consumer.start()
    producer.join()  # broken: it waits for a dead consumer
    consumer.join()
    print("exit codes:", producer.exitcode, consumer.exitcode)

# sphinx_gallery_lesson_fails = ["ValueError", "hangs"]
# sphinx_gallery_lesson_failures = "one price has a decimal comma"
