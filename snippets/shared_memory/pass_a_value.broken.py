from multiprocessing import Pool, Value

TEXTS = ["It was the best of times", "it was the worst of times", "it was"]


def count_words(text, words):
    with words.get_lock():
        words.value += len(text.split())


if __name__ == "__main__":
    shared = Value("i", 0)
    with Pool(2) as pool:
        tasks = [(text, shared) for text in TEXTS]
        pool.starmap(count_words, tasks)  # broken: too late
    print(shared.value, "words")

# sphinx_gallery_lesson_fails = "RuntimeError: Synchronized objects should only be shared"
