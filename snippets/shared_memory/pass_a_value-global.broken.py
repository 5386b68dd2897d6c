from multiprocessing import Process, Value

words = Value("i", 0, lock=False)


def count_words(text):
    words.value += len(text.split())


if __name__ == "__main__":
    text = "It was the best of times, it was the worst of times"
    worker = Process(target=count_words, args=(text,))  # broken: not passed
    worker.start()
    worker.join()
    print(words.value, "words")

# sphinx_gallery_lesson_fails = {"spawn": "0 words", "forkserver": "0 words"}
