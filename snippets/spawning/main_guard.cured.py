import multiprocessing

print("this file runs as", __name__)


def greet():
    print("hello from the child")


if __name__ == "__main__":  # cured: false in the child
    process = multiprocessing.Process(target=greet)
    process.start()
    process.join()
    print("exit code of the child:", process.exitcode)
