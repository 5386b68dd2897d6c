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
    rows = results.get()  # cured: empties the pipe first
    child.join()
    print("rows received:", len(rows))
