import time
from multiprocessing import Process, SimpleQueue


def report(queue, size):
    queue.put("x" * size)


if __name__ == "__main__":
    queues = [SimpleQueue()] * 2  # broken: one for both
    args = (queues[0], 10_000_000)
    first = Process(target=report, args=args)
    first.start()
    while first.is_alive() and queues[0].empty():
        time.sleep(0.01)
    first.kill()
    first.join()
    print("the first was killed while it sent")
    second = Process(target=report, args=(queues[1], 5))
    second.start()
    print("the second sent:", queues[1].get())
    second.join()

# sphinx_gallery_lesson_fails = ["hangs", "was killed"]
# sphinx_gallery_lesson_failures = "main kills the first worker"
