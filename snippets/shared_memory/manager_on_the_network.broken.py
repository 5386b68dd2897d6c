import queue
from multiprocessing import Pipe, Process
from multiprocessing.managers import BaseManager

KEY = b"the key"


class Board(BaseManager):
    pass


class Remote(BaseManager):
    pass


Remote.register("jobs")


def serve(where):
    Board.register("jobs", callable=queue.Queue)  # broken: one for each
    server = Board(("127.0.0.1", 0), authkey=KEY).get_server()
    where.send(server.address)
    server.serve_forever()


def connect(address):
    board = Remote(address, authkey=KEY)
    board.connect()
    return board


if __name__ == "__main__":
    ours, theirs = Pipe()
    server = Process(target=serve, args=(theirs,), name="server", daemon=True)
    server.start()
    theirs.close()
    address = ours.recv()
    sender, worker = connect(address), connect(address)
    sender.jobs().put("resize photo.png")
    print("jobs for the worker:", worker.jobs().qsize())
    server.terminate()
    server.join()

# sphinx_gallery_lesson_fails = ["wrong", "jobs for the worker: 0"]
# sphinx_gallery_lesson_failures = "main ends the server, which would go on forever"
