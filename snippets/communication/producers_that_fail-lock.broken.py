from multiprocessing import Process, Queue


def shout(texts, results):
    results.put("ready")
    for text in iter(texts.get, None):
        results.put(text.upper())


def start(texts, results):
    process = Process(target=shout, args=(texts, results), daemon=True)
    process.start()
    print(results.get())
    return process


if __name__ == "__main__":
    texts, results = Queue(), Queue()
    consumer = start(texts, results)
    consumer.join(1)  # now it waits in get()
    consumer.kill()
    consumer.join()
    print("killed, so start another one")
    consumer = start(texts, results)  # broken: with the old queue
    texts.put("hello")
    print(results.get())

# sphinx_gallery_lesson_fails = "hangs"
# sphinx_gallery_lesson_failures = "main kills a consumer"
