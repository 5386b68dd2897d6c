import sqlite3
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path


def price(shop, name):
    found = shop.execute("SELECT price FROM goods WHERE name = ?", (name,))
    return found.fetchone()[0]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "shop.db")
        with closing(sqlite3.connect(path)) as shop:
            shop.execute("CREATE TABLE goods (name, price)")
            shop.execute("INSERT INTO goods VALUES ('tea', 4.5)")
            shop.commit()
            with ProcessPoolExecutor(max_workers=1) as executor:
                tea = executor.submit(price, shop, "tea")  # broken: main's
                print(tea.result())

# sphinx_gallery_lesson_fails = "cannot pickle 'sqlite3.Connection' object"
