import logging
import tempfile
from concurrent.futures import ProcessPoolExecutor
from logging.handlers import QueueHandler, QueueListener
from multiprocessing import Queue
from pathlib import Path

FORMAT = "%(processName)s %(levelname)s %(message)s"


def log_to(records, level):
    logging.basicConfig(
        level=level,
        handlers=[QueueHandler(records)],
        format="%(message)s",
        force=True,
    )


def add_up(shop, lines):
    logging.info("%s: %d lines", shop, len(lines))
    return sum(int(line) for line in lines)


def main(path):
    file = logging.FileHandler(path)
    logging.basicConfig(level=logging.INFO, handlers=[file], format=FORMAT)
    records = Queue()
    listener = QueueListener(records, file)
    executor = ProcessPoolExecutor(
        max_workers=1,
        initializer=log_to,  # cured: in each worker
        initargs=(records, logging.INFO),
    )
    future = executor.submit(add_up, "north", ["12", "7"])
    listener.start()
    try:
        with executor:
            total = future.result()
    finally:
        listener.stop()
    logging.info("all shops: %d ordered", total)
    file.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "orders.log")
        main(path)
        print(path.read_text(), end="")
