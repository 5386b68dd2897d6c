import sqlite3
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

BOOKS = [("Emma", 9), ("Ulysses", 15), ("Middlemarch", 12)]


class Catalog:
    def __init__(self, file):
        self.file = file
        self.database = sqlite3.connect(file)  # broken: cannot be sent
        print(f"opened {file.name}")

    def price(self, title):
        query = "SELECT price FROM books WHERE title = ?"
        return self.database.execute(query, (title,)).fetchone()[0]


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        catalog = Catalog(Path(folder, "books.db"))
        with closing(catalog.database) as database:
            database.execute("CREATE TABLE books (title, price)")
            database.executemany("INSERT INTO books VALUES (?, ?)", BOOKS)
            database.commit()
            titles = [title for title, _ in BOOKS]
            with ProcessPoolExecutor(2) as executor:
                print(list(executor.map(catalog.price, titles)))

# sphinx_gallery_lesson_fails = "TypeError: cannot pickle 'sqlite3.Connection' object"
