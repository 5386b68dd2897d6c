from multiprocessing import Process, Queue


def work(queue):
    queue.put("x" * 1_000_000)
    print("the child has put its result")


if __name__ == "__main__":
    queue = Queue()
    process = Process(target=work, args=(queue,))
    process.start()
    process.join()  # broken: the pipe is full
    print("characters received:", len(queue.get()))

# sphinx_gallery_lesson_fails = ["hangs", "the child has put its result"]
