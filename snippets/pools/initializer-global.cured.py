import json
import tempfile
from multiprocessing import Pool
from pathlib import Path

rates = None


def load(path):
    global rates  # cured: set the global
    rates = json.loads(path.read_text())
    print("rates loaded:", len(rates))


def in_euros(amount, currency):
    return amount / rates[currency]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rates.json")
        path.write_text('{"USD": 1.25, "GBP": 0.8}')
        with Pool(1, initializer=load, initargs=(path,)) as pool:
            print(pool.starmap(in_euros, [(10, "USD"), (4, "GBP")]))
