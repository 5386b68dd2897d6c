import sqlite3
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path


def connect(path):
    global shop
    shop = sqlite3.connect(path)  # cured: the worker's own connection


def price(name):
    found = shop.execute("SELECT price FROM goods WHERE name = ?", (name,))
    return found.fetchone()[0]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "shop.db")
        with closing(sqlite3.connect(path)) as writer:
            writer.execute("CREATE TABLE goods (name, price)")
            writer.execute("INSERT INTO goods VALUES ('tea', 4.5)")
            writer.commit()
        with ProcessPoolExecutor(
            max_workers=1,
            initializer=connect,
            initargs=(path,),
        ) as executor:
            tea = executor.submit(price, "tea")
            print(tea.result())
