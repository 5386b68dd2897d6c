from concurrent.futures import ProcessPoolExecutor

BILLS = ["12.50 8.00", "7,50", "3.00"]


def check(bill):
    if sum(map(float, bill.split())) <= 0:
        raise ValueError(f"nothing to pay: {bill}")


if __name__ == "__main__":
    try:
        with ProcessPoolExecutor(2) as executor:
            list(executor.map(check, BILLS))  # cured: takes them all
        print("all bills are right")
    except ValueError as error:
        print("wrong bill:", error)
