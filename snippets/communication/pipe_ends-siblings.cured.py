from multiprocessing import Pipe, Process


def add_up(reader, writers):
    for writer in writers:
        writer.close()
    total = 0
    try:
        while True:
            total += reader.recv()
    except (EOFError, OSError):
        print("total:", total)


if __name__ == "__main__":
    pipes = [Pipe(duplex=False) for _ in range(2)]
    writers = [writer for _, writer in pipes]
    workers = []
    for reader, writer in pipes:
        args = (reader, writers)  # cured: the sibling's, too
        worker = Process(target=add_up, args=args)
        worker.start()
        workers.append(worker)
        reader.close()
    for price in [12.5, 8.0, 3.25]:
        for writer in writers:
            writer.send(price)
    for writer in writers:
        writer.close()
    print("main has closed its writers")
    for worker in workers:
        worker.join()
    print("exit codes:", [worker.exitcode for worker in workers])
