import re
from multiprocessing import Process, Queue


def find_version(text, results):
    found = re.search(r"\d+\.\d+\.\d+", text)
    results.put(found[0])  # cured: its text can


if __name__ == "__main__":
    results = Queue()
    worker = Process(target=find_version, args=("version = 3.1.4", results))
    worker.start()
    print("waiting for the version")
    version = results.get()
    print("version:", version)
    worker.join()
