import os
import tempfile
from multiprocessing import Event, Process


def work(path, begun):
    try:
        with open(path, "w") as file:
            begun.set()
            while True:
                file.write("one more row\n")
                file.seek(0)
    finally:
        os.remove(path)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        begun = Event()
        path = os.path.join(folder, "rows.tmp")
        process = Process(target=work, args=(path, begun))
        process.start()
        if not begun.wait(60):
            raise TimeoutError("the worker did not begin")
        process.terminate()  # broken: ends it between any two steps
        process.join()
        print("files left:", len(os.listdir(folder)))

# sphinx_gallery_lesson_fails = "wrong"
# sphinx_gallery_lesson_failures = "main terminates it"
