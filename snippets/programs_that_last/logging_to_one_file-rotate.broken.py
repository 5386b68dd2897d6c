import logging
import tempfile
from concurrent.futures import ProcessPoolExecutor
from logging.handlers import RotatingFileHandler
from pathlib import Path


def log_to_file(path):
    file = RotatingFileHandler(path, maxBytes=900, backupCount=1)
    logging.basicConfig(level=logging.INFO, handlers=[file], force=True)


def work():
    for number in range(40):
        logging.info("worker: row %d", number)


def main(path):
    log_to_file(path)
    executor = ProcessPoolExecutor(
        max_workers=1,
        initializer=log_to_file,  # broken: opens the same file
        initargs=(path,),
    )
    future = executor.submit(work)
    with executor:
        future.result()
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

# sphinx_gallery_lesson_fails = "wrong"
