import csv
from multiprocessing import Pool

ORDERS = {
    "north": "tea,3,10\nmilk,2,4",
    "south": "tea,3,2\nmilk,?,6",
    "west": "milk,2,20",
}


def revenue(shop):
    total = 0
    for _, price, pieces in csv.reader(ORDERS[shop].splitlines()):
        total += int(price) * int(pieces)
    print(f"{shop}: {total} euros")
    return total


if __name__ == "__main__":
    with Pool(2) as pool:
        answers = {s: pool.apply_async(revenue, (s,)) for s in ORDERS}
        for shop, answer in answers.items():
            try:
                answer.get()  # cured: raises the error
            except ValueError as error:
                print(f"{shop} failed: {error}")
