from multiprocessing import Pool

ROWS = ["mon 2.0", "tue n/a", "wed 2.2"]


class BadRow(Exception):
    def __init__(self, number, row):
        super().__init__(f"row {number}: {row}")  # broken: one argument of two
        self.number, self.row = number, row


def reading(number, row):
    try:
        return float(row.split()[1])
    except ValueError as error:
        raise BadRow(number, row) from error


if __name__ == "__main__":
    with Pool(1) as pool:
        try:
            print(sum(pool.starmap(reading, enumerate(ROWS, 1))), "kWh")
        except BadRow as error:
            print("caught:", error)

# sphinx_gallery_lesson_fails = ["hangs", "missing 1 required positional argument: 'row'"]
