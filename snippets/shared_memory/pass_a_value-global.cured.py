from multiprocessing import Process, Value


def count_words(text, words):
    words.value += len(text.split())


if __name__ == "__main__":
    words = Value("i", 0, lock=False)
    text = "It was the best of times, it was the worst of times"
    worker = Process(target=count_words, args=(text, words))  # cured: passed
    worker.start()
    worker.join()
    print(words.value, "words")
