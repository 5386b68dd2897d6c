import os
import time
from multiprocessing import Process, SimpleQueue

IMAGES = ["cat.png", "dog.png", "cow.png", "fox.png"]


class Name(str):
    """The name of an image; it takes half a second to pickle."""

    def __reduce__(self):
        time.sleep(0.5)
        return str, (str(self),)


def decode_all(images, begun):
    for name in images:
        begun.put(Name(name))
        if name == "cow.png":
            os._exit(1)  # as if a library crashed
        time.sleep(1)  # decodes it


if __name__ == "__main__":
    begun = SimpleQueue()  # cured: put() writes at once
    args = (IMAGES, begun)
    worker = Process(target=decode_all, args=args, daemon=True)
    worker.start()
    names = []
    while worker.is_alive() or not begun.empty():
        if begun.empty():
            worker.join(0.05)
        else:
            names.append(begun.get())
    print("begun:", *names)
    print("exit code:", worker.exitcode)
# sphinx_gallery_lesson_failures = "the worker plays a crash"
