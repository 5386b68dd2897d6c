import sys
from multiprocessing import Barrier, Process, Value

TEXT = "It was the best of times, it was the worst of times. " * 200


def count_words(text):
    return len(text.split())


def add_all(texts, words, start):
    start.wait(timeout=60)
    for text in texts:
        words.value += count_words(text)  # broken: reads, counts, writes


if __name__ == "__main__":
    words, start = Value("i", 0), Barrier(4)
    texts = [TEXT] * 500
    args = (texts, words, start)
    workers = [Process(target=add_all, args=args) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker failed")
    expected = 4 * len(texts) * count_words(TEXT)
    print("counted", words.value, "of", expected)

# sphinx_gallery_lesson_fails = "wrong"
