import multiprocessing


def greet():
    print("hello from the child")


if __name__ == "__main__":  # cured: only in the program itself
    process = multiprocessing.Process(target=greet)
    process.start()
    process.join()
    print("exit code of the child:", process.exitcode)
