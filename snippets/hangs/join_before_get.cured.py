from multiprocessing import Process, Queue


def work(queue):
    queue.put("x" * 1_000_000)
    print("the child has put its result")


if __name__ == "__main__":
    queue = Queue()
    process = Process(target=work, args=(queue,))
    process.start()
    print("characters received:", len(queue.get()))  # cured: empties the pipe
    process.join()
