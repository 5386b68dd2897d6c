import os
from multiprocessing import Pipe, Process


def convert(texts, reader, writer):
    reader.close()
    for text in texts:
        writer.send(float(text))


if __name__ == "__main__":
    reader, writer = Pipe(duplex=False)
    args = (["12.50", "8", "3.20"], reader, writer)
    worker = Process(target=convert, args=args)
    worker.start()
    print("PID", os.getpid(), "reads from N", reader.fileno())
    try:
        while True:
            print(reader.recv())  # broken: waits for main itself
    except (EOFError, OSError):
        worker.join()
        print("no more; exit code", worker.exitcode)

# sphinx_gallery_lesson_fails = ["hangs", "3.2"]
