from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Manager

TEXTS = ["the sea", "a ship on the sea", "the harbour"]


def count_words(text, words, lock):
    number = len(text.split())
    with lock:  # cured: of the manager
        words.value += number


if __name__ == "__main__":
    with Manager() as manager, ProcessPoolExecutor(2) as executor:
        words = manager.Value("i", 0)
        lock = manager.Lock()
        tasks = []
        for text in TEXTS:
            tasks.append(executor.submit(count_words, text, words, lock))
        for task in tasks:
            task.result()
        print("words:", words.value)
