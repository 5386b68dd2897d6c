from multiprocessing import Process, Queue

ORDERS = "customer,city,amount\n" + "Ada,London,12.50\n" * 50_000


def read_orders(text, results):
    rows = [line.split(",") for line in text.splitlines()]
    results.put(rows)
    print("all rows are put")


if __name__ == "__main__":
    results = Queue()
    child = Process(target=read_orders, args=(ORDERS, results))
    child.start()
    child.join()  # broken: the pipe is full
    rows = results.get()
    print("rows received:", len(rows))

# sphinx_gallery_lesson_fails = "hangs"
