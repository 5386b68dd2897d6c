import logging
from multiprocessing import Process

FORMAT = "%(processName)s: %(message)s"
SALES = {"north": ["120.50", "80.00"], "south": ["99.90", "n/a", "60.10"]}


def set_up_logging():
    logging.basicConfig(level=logging.INFO, format=FORMAT)


def add_up(rows):
    logging.info("%d rows", len(rows))  # broken: not set up in this process
    total = 0.0
    for row in rows:
        try:
            total += float(row)
        except ValueError:
            logging.warning("not a number: %r", row)


if __name__ == "__main__":
    set_up_logging()
    processes = []
    for region, rows in SALES.items():
        process = Process(target=add_up, args=(rows,), name=region)
        processes.append(process)
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print(len(SALES), "regions are done")

# sphinx_gallery_lesson_fails = {"spawn": "wrong", "forkserver": "wrong"}
