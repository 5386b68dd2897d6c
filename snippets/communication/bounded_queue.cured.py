import re
from multiprocessing import Process, Queue

INVOICES = [f"Invoice {n}\nTotal: {n * 12.5:.2f}\n" for n in range(10)]


def find_totals(invoices, totals):
    for text in iter(invoices.get, None):
        totals.put(float(re.search(r"Total: (.+)", text)[1]))


if __name__ == "__main__":
    invoices = Queue(maxsize=4)
    totals = Queue()  # cured: has no bound
    args = (invoices, totals)
    worker = Process(target=find_totals, args=args, daemon=True)
    worker.start()
    print("handing out the invoices")
    for text in INVOICES:
        invoices.put(text)
    found = [totals.get(timeout=60) for _ in INVOICES]
    invoices.put(None)
    worker.join()
    print("sum of all totals:", sum(found))
