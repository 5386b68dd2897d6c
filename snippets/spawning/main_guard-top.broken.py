from multiprocessing import Process

TABLE = "EUR 1.00\nUSD 1.25\nGBP 0.80"


def read_rates():
    print("reading the rates as", __name__)
    lines = (line.split() for line in TABLE.splitlines())
    return {currency: float(rate) for currency, rate in lines}


def convert(amount, currency, rate):
    print(f"{amount} EUR are {amount * rate:.2f} {currency}")


RATES = read_rates()  # broken: each child comes here too

if __name__ == "__main__":
    processes = []
    for currency in ["USD", "GBP"]:
        args = (200, currency, RATES[currency])
        processes.append(Process(target=convert, args=args))
    for process in processes:
        process.start()
    for process in processes:
        process.join()

# sphinx_gallery_lesson_fails = {"spawn": "wrong", "forkserver": "wrong"}
