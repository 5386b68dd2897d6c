from multiprocessing import Pipe, Process, ProcessError, current_process
from multiprocessing.connection import Client, Listener, wait


def serve(where):
    key = current_process().authkey  # main has the same
    with Listener(("127.0.0.1", 0), authkey=key) as listener:
        for _ in range(2):  # two clients
            where.send(listener.address)
            conn = listener.accept()  # broken: raises
            with conn:
                conn.send(conn.recv().title())


if __name__ == "__main__":
    ours, theirs = Pipe()
    server = Process(target=serve, args=(theirs,), name="server", daemon=True)
    server.start()
    address = ours.recv()
    try:
        Client(address, authkey=b"a guess")
    except ProcessError as error:
        print("wrong key:", error)
    wait([ours, server.sentinel], 30)  # it listens again, or has ended
    with Client(address, authkey=current_process().authkey) as conn:
        conn.send("hello")
        print("right key:", conn.recv())
    server.join()

# sphinx_gallery_lesson_fails = ["digest received was wrong", "ConnectionRefusedError"]
