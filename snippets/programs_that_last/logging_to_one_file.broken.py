import logging
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

FORMAT = "%(processName)s %(levelname)s %(message)s"


def add_up(shop, lines):
    logging.info("%s: %d lines", shop, len(lines))
    return sum(int(line) for line in lines)


def main(path):
    file = logging.FileHandler(path)
    logging.basicConfig(level=logging.INFO, handlers=[file], format=FORMAT)
    executor = ProcessPoolExecutor(1)  # broken: no set-up there
    future = executor.submit(add_up, "north", ["12", "7"])
    with executor:
        total = future.result()
    logging.info("all shops: %d ordered", total)
    file.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "orders.log")
        main(path)
        print(path.read_text(), end="")

# sphinx_gallery_lesson_fails = {"spawn": "wrong", "forkserver": "wrong"}
