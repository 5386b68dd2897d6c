from multiprocessing import Pool, Value

TEXTS = ["It was the best of times", "it was the worst of times", "it was"]


def keep(value):
    global words
    words = value


def count_words(text):
    with words.get_lock():
        words.value += len(text.split())


if __name__ == "__main__":
    shared = Value("i", 0)
    with Pool(2, keep, (shared,)) as pool:  # cured: at the start
        pool.map(count_words, TEXTS)
    print(shared.value, "words")
