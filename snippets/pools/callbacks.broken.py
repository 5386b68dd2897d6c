from multiprocessing import Pool

ORDERS = ["tea 10", "tea", "milk 4"]
stock = {"tea": 40, "milk": 12}


def read_order(text):
    return text.split()


def book(order):
    item, pieces = order  # broken: may raise in the callback
    stock[item] -= int(pieces)
    print(f"{item}: {stock[item]} left")


if __name__ == "__main__":
    with Pool(1) as pool:
        answers = []
        for text in ORDERS:
            task = pool.apply_async(read_order, (text,), callback=book)
            answers.append(task)
        for answer in answers:
            print("main got", answer.get(timeout=3))

# sphinx_gallery_lesson_fails = ["ValueError", "Cannot have cache with result_hand"]
