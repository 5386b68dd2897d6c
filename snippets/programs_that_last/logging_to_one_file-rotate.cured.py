import logging
import tempfile
from concurrent.futures import ProcessPoolExecutor
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from multiprocessing import Queue
from pathlib import Path


def log_to_file(path):
    file = RotatingFileHandler(path, maxBytes=900, backupCount=1)
    logging.basicConfig(level=logging.INFO, handlers=[file], force=True)
    return file


def log_to(records):
    logging.basicConfig(
        level=logging.INFO,
        handlers=[QueueHandler(records)],
        format="%(message)s",
        force=True,
    )


def work():
    for number in range(40):
        logging.info("worker: row %d", number)


def main(path):
    records = Queue()
    listener = QueueListener(records, log_to_file(path))
    executor = ProcessPoolExecutor(
        max_workers=1,
        initializer=log_to,  # cured: sends to main
        initargs=(records,),
    )
    future = executor.submit(work)
    listener.start()
    try:
        with executor:
            future.result()
    finally:
        listener.stop()
    logging.info("main: all rows are done")
    logging.info("main: end")
    logging.shutdown()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(Path(folder, "app.log"))
        lines = []
        for file in Path(folder).iterdir():
            lines += file.read_text().splitlines()
        print("lines of the worker:", sum("worker" in line for line in lines))
