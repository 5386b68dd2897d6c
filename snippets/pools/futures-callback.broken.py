from concurrent.futures import ProcessPoolExecutor

BILLS = ["tea 10", "milk ?", "rice 4"]
paid = []
failed = []


def euros(bill):
    return int(bill.split()[1])


def book(future):
    if future.cancelled():  # broken: forgets errors
        failed.append(future)
    else:
        paid.append(future.result())


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        for bill in BILLS:
            executor.submit(euros, bill).add_done_callback(book)
    print("euros:", sum(paid), "failed:", len(failed))

# sphinx_gallery_lesson_fails = ["wrong", "exception calling callback", "failed: 0"]
