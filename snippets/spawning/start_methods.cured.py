from multiprocessing import Process


def convert(amount, rates):
    print("in dollars:", amount * rates["USD"])


if __name__ == "__main__":
    rates = {"USD": 1.25, "GBP": 0.80}
    process = Process(target=convert, args=(200, rates))  # cured: an argument
    process.start()
    process.join()
    print("exit code:", process.exitcode)
