from multiprocessing import Process


def convert(amount):
    print("in dollars:", amount * rates["USD"])  # broken: only main makes rates


if __name__ == "__main__":
    rates = {"USD": 1.25, "GBP": 0.80}
    process = Process(target=convert, args=(200,))
    process.start()
    process.join()
    print("exit code:", process.exitcode)

# sphinx_gallery_lesson_fails = {"spawn": "NameError", "forkserver": "NameError"}
