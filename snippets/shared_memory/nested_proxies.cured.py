from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Manager

NOTES = {"monday.txt": "the pump leaks", "friday.txt": "a new pump"}


def index_file(name, text, index, lock):
    for word in text.split():
        if word in index:
            with lock:
                files = index[word]
                files.append(name)
                index[word] = files  # cured: stored again


if __name__ == "__main__":
    with Manager() as manager, ProcessPoolExecutor(2) as executor:
        index = manager.dict({"pump": [], "leaks": []})
        lock = manager.Lock()
        tasks = []
        for name, text in NOTES.items():
            args = (name, text, index, lock)
            tasks.append(executor.submit(index_file, *args))
        for task in tasks:
            task.result()
        for word, files in index.items():
            print(word, sorted(files))
