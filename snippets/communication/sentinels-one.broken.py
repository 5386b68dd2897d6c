from multiprocessing import Process, Queue


def write_letters(customers):
    for customer in iter(customers.get, None):
        print("Dear", customer)


if __name__ == "__main__":
    customers = Queue()
    consumers = []
    for _ in range(2):
        process = Process(target=write_letters, args=(customers,))
        process.start()
        consumers.append(process)
    for customer in ["Bob", "Cleo", "Dan"]:
        customers.put(customer)
    customers.put(None)  # broken: only one consumer takes it
    for process in consumers:
        process.join()
    print("exit codes:", [process.exitcode for process in consumers])

# sphinx_gallery_lesson_fails = "hangs"
