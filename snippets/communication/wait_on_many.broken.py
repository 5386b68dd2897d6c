from multiprocessing import Pipe, Process
from multiprocessing.connection import wait


def add_up(reader, writer, prices):
    reader.close()
    writer.send(sum(prices))


if __name__ == "__main__":
    readers, workers = [], []
    for prices in [[12.5, 8.0], [3.25, 1.0, 7.5]]:
        reader, writer = Pipe(duplex=False)
        args = (reader, writer, prices)
        worker = Process(target=add_up, args=args)
        worker.start()
        writer.close()
        readers.append(reader)
        workers.append(worker)
    while readers:
        for reader in wait(readers):
            try:
                print("total:", reader.recv())
            except (EOFError, OSError):
                continue  # broken: it stays in the list
    for worker in workers:
        worker.join()
    print("exit codes:", [worker.exitcode for worker in workers])

# sphinx_gallery_lesson_fails = ["hangs", "total: 20.5"]
