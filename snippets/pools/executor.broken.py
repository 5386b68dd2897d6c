import os
import tempfile
from concurrent.futures import ProcessPoolExecutor

HOURS = {"Baker": "12", "Cook": "7,5", "Mason": "20"}


def write_bill(folder, customer, hours):
    euros = 60 * float(hours)
    with open(os.path.join(folder, customer), "w") as file:
        file.write(f"{customer}: {euros:.2f} euros\n")
    return euros


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        futures = {}
        with ProcessPoolExecutor(max_workers=2) as executor:
            for customer, hours in HOURS.items():
                future = executor.submit(write_bill, folder, customer, hours)
                futures[future] = customer
        for future, customer in futures.items():
            try:
                print(customer, future.done())  # broken: true of errors, too
            except ValueError as error:
                print(f"no bill for {customer}: {error}")
        print("bills:", len(os.listdir(folder)))

# sphinx_gallery_lesson_fails = "wrong"
