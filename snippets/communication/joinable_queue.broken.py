from multiprocessing import JoinableQueue, Process, Queue


def convert(texts, results):
    for text in iter(texts.get, None):
        results.put(float(text))
        texts.task_done()  # broken: not after an exception
    results.put(None)


if __name__ == "__main__":
    texts, results = JoinableQueue(), Queue()
    worker = Process(target=convert, args=(texts, results), daemon=True)
    worker.start()
    for text in ["12.50", "1,75", "31.00"]:
        texts.put(text)
    texts.join()
    texts.put(None)
    for price in iter(results.get, None):
        print(price)
    worker.join()

# sphinx_gallery_lesson_fails = ["ValueError", "hangs"]
# sphinx_gallery_lesson_failures = "one price has a decimal comma"
